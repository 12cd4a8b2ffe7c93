package ai.opencode.sandbox.report;

/** A progress for tests, which override the kinds of events that they look at. */
public abstract class AProgress implements Progress {

  @Override
  public final void report(ProgressEvent event) {
    String stage = event.stage().toString();
    switch (event.kind()) {
      case STEP -> step(stage, event.detail());
      case DONE -> done(stage, event.detail());
      case AMOUNT -> event.amount().ifPresent(each -> amount(stage, each));
    }
  }

  /** Receives a step. */
  public void step(String stage, String detail) {}

  /** Receives the end of a stage. */
  public void done(String stage, String detail) {}

  /** Receives a completed part. */
  public void amount(String stage, Amount amount) {}

  @Override
  public void warn(String sentence) {}
}
