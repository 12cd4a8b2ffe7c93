package ai.opencode.sandbox.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.NpmLock;
import ai.opencode.sandbox.npm.NpmPlatform;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every archive of the developer image's npm packages is listed, so that all of them are compared.
 */
class NpmContentsTest {

  @ParameterizedTest
  @ValueSource(strings = {"x64", "arm64"})
  void listsEveryArchiveOfTheLock(String cpu) {
    List<NpmLock> locks = OwnFiles.of(Contract.AGENT).npm();

    assertThat(NpmContents.known().keySet())
        .as("npm-contents.txt; NpmContentsIT says the lines of the image that was built")
        .containsAll(
            locks.stream()
                .flatMap(lock -> lock.forPlatform(NpmPlatform.musl(cpu)).packages().stream())
                .flatMap(each -> each.tarballIntegrity().stream())
                .map(Integrity::toString)
                .toList());
  }
}
