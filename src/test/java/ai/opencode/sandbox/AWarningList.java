package ai.opencode.sandbox;

import ai.opencode.sandbox.report.AProgress;
import java.util.ArrayList;
import java.util.List;

/** A progress that records warnings. */
public final class AWarningList extends AProgress {

  private final List<String> sentences = new ArrayList<>();

  public List<String> sentences() {
    return List.copyOf(sentences);
  }

  @Override
  public void step(String stage, String detail) {}

  @Override
  public void done(String stage, String detail) {}

  @Override
  public void warn(String sentence) {
    sentences.add(sentence);
  }
}
