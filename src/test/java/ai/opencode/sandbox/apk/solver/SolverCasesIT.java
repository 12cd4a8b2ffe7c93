package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.RequiresRealApk;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.RealApk;
import ai.opencode.sandbox.apk.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The real apk answers every case of {@code solver/cases.txt} as that file says. */
@RequiresRealApk
class SolverCasesIT {

  @Test
  void apk3AnswersEveryCaseAlike() throws Exception {
    try (RealApk apk = RealApk.prepareApk3()) {
      assertAnswers(apk, rule -> null);
    }
  }

  @Test
  void apk2AnswersEveryCaseAlikeUnlessTheCaseSaysSo() throws Exception {
    try (RealApk apk = RealApk.prepare()) {
      assertAnswers(apk, SolverCase::answerOfApk2);
    }
  }

  private static void assertAnswers(RealApk apk, Function<SolverCase, @Nullable String> difference)
      throws IOException {
    ASigningKey key = ASigningKey.named("test.rsa.pub");
    Files.write(Files.createDirectories(apk.path("keys")).resolve(key.name()), key.pem());
    SoftAssertions all = new SoftAssertions();
    for (SolverCase rule : SolverCase.all()) {
      RealApk.Answer answer = ask(apk, rule, key);
      String expected = difference.apply(rule);
      if (expected == null) {
        expected = Outcome.of(rule).toString();
      } else {
        all.assertThat(expected).as(rule.name()).isNotEqualTo(Outcome.of(rule).toString());
      }
      all.assertThat(Outcome.of(answer))
          .as("%s\n%s", rule.name(), answer.output())
          .hasToString(expected);
    }
    all.assertAll();
  }

  private static RealApk.Answer ask(RealApk apk, SolverCase rule, ASigningKey key)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (Repository repository : rule.repositories()) {
      Path folder = Files.createDirectories(apk.path("r" + repository.location() + "/x86_64"));
      Files.write(
          folder.resolve("APKINDEX.tar.gz"),
          ARepository.in(folder).signed(key).index(SolverCase.text(repository.packages())));
      lines.add(
          (repository.tag() == null ? "" : "@" + repository.tag() + " ")
              + "/r"
              + repository.location());
    }
    apk.system("small", SolverCase.text(rule.installed()), lines(rule.world()));
    Files.writeString(apk.path("small/etc/apk/repositories"), lines(lines));
    return apk.add("small", "x86_64", rule.options(), rule.request());
  }

  private static String lines(List<String> lines) {
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }
}
