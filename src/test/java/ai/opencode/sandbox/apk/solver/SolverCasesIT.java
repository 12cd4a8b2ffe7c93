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
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real apk answers every case of {@code solver/cases.txt} as that file says. */
@RequiresRealApk
class SolverCasesIT {

  private RealApk apk;

  @BeforeEach
  void unpack() throws Exception {
    apk = RealApk.prepare();
  }

  @AfterEach
  void remove() throws IOException {
    if (apk != null) {
      apk.close();
    }
  }

  @Test
  void theRealApkAnswersEveryCaseAlike() throws IOException {
    ASigningKey key = ASigningKey.named("test.rsa.pub");
    Files.write(Files.createDirectories(apk.path("keys")).resolve(key.name()), key.pem());
    SoftAssertions all = new SoftAssertions();
    for (SolverCase rule : SolverCase.all()) {
      RealApk.Answer answer = ask(rule, key);
      String says =
          answer.errors() > 0
              ? "refused"
              : "gives "
                  + answer.changed()
                  + " removes "
                  + answer.removed().stream().sorted().toList();
      String expected =
          rule.refusal() != null
              ? "refused"
              : "gives "
                  + rule.added().stream().map(label -> label.replaceFirst("@.*", "")).toList()
                  + " removes "
                  + rule.removed().stream().sorted().toList();
      if (rule.difference() != null) {
        all.assertThat(says).as(rule.name()).isEqualTo(rule.difference()).isNotEqualTo(expected);
      } else {
        all.assertThat(says).as("%s\n%s", rule.name(), answer.output()).isEqualTo(expected);
      }
    }
    all.assertAll();
  }

  private RealApk.Answer ask(SolverCase rule, ASigningKey key) throws IOException {
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
    return apk.add(
        "small", "x86_64", rule.isUpgrade() ? List.of("--upgrade") : List.of(), rule.request());
  }

  private static String lines(List<String> lines) {
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }
}
