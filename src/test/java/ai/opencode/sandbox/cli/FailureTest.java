package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureTest {

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new UsageException("a"), 2, "a"),
        Arguments.of(new ResolutionException("a"), 3, "a"),
        Arguments.of(new AuthenticationException("a"), 4, "a"),
        Arguments.of(new NetworkException("a"), 5, "a. Try again later."),
        Arguments.of(new NetworkException("a. Do b."), 5, "a. Do b."),
        Arguments.of(
            new VerificationException("a"),
            6,
            "a. Replace it by an intact copy, or use another source."),
        Arguments.of(new VerificationException("a. Do b."), 6, "a. Do b."),
        Arguments.of(new LockException("a"), 7, "a"),
        Arguments.of(
            new AccessDeniedException("/x"),
            2,
            "/x: permission denied. Choose another place, or change its permissions."),
        Arguments.of(new NoSuchFileException("/x"), 2, "/x does not exist. Check the name."),
        Arguments.of(
            new FileAlreadyExistsException("/x"),
            2,
            "/x exists and is not a directory. Choose another place."),
        Arguments.of(
            new FileSystemException("/x", null, "Read-only file system"),
            2,
            "/x: Read-only file system. Choose another place."),
        Arguments.of(
            new FileSystemException("/x", null, "No space left on device"),
            2,
            "/x: the disk is full. Free some space and run this again."),
        Arguments.of(
            new IOException("No space left on device"),
            2,
            "The disk is full. Free some space and run this again."),
        Arguments.of(
            new FileNotFoundException("/x (Is a directory)"),
            2,
            "Cannot open /x (Is a directory). Check the name."),
        Arguments.of(
            new UnknownHostException("a.example"), 5, "Unknown host a.example. Check the name."),
        Arguments.of(
            new ConnectException("refused"), 5, "No connection (refused). Check the network."),
        Arguments.of(
            new UncheckedIOException(new NoSuchFileException("/x")),
            2,
            "/x does not exist. Check the name."),
        Arguments.of(
            new IOException(),
            1,
            "Reading or writing failed (IOException). Find the place with --stacktrace."),
        Arguments.of(
            new IllegalStateException("a"),
            1,
            "Internal error (java.lang.IllegalStateException: a). Please report it with the output"
                + " of --stacktrace."),
        Arguments.of(
            new OutOfMemoryError(),
            1,
            "Java ran out of memory. Give it more with JAVA_TOOL_OPTIONS=-Xmx2g."));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void isAMessageAndAnExitCode(Throwable thrown, int exitCode, String sentence) {
    Failure failure = Failure.of(thrown);

    assertThat(failure.sentence()).isEqualTo(sentence);
    assertThat(failure.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void noMessageControlsTheTerminal() {
    StringWriter err = new StringWriter();
    Failure.of(new UsageException("\u001b[31mname\r\u0007"))
        .report(Edition.PRODUCT, new PrintWriter(err), false);

    assertThat(err.toString()).isEqualTo("opencode-sandbox:  [31mname  \n");
  }
}
