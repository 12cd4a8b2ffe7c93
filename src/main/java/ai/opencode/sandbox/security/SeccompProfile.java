package ai.opencode.sandbox.security;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.RegularFile;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A seccomp profile that was read once, so that the checked content is also the one that the engine
 * receives. {@link SeccompJudgement} judges it.
 *
 * @param source the name of the file, for messages
 * @param content the profile in JSON, as an engine receives it
 */
public record SeccompProfile(String source, JsonNode content) {

  /** The value that disables filtering, used in place of a file name. */
  public static final String UNCONFINED = "unconfined";

  private static final int MAX_BYTES = 1 << 20;

  /**
   * Reads a profile.
   *
   * @throws UsageException if the file is not a regular file with JSON, or is too large
   */
  public static SeccompProfile read(String file) {
    byte[] bytes = content(file);
    if (bytes.length > MAX_BYTES) {
      throw new UsageException(
          "The seccomp profile " + file + " is larger than 1 MiB, the limit. Name another file.");
    }
    try {
      return new SeccompProfile(file, Json.parse(bytes, file));
    } catch (VerificationException e) {
      throw new UsageException(
          "The seccomp profile is not valid JSON, or engines could read it differently: "
              + e.getMessage()
              + ". Name a file with a profile in JSON.",
          e);
    }
  }

  private static byte[] content(String file) {
    try (InputStream in = Channels.newInputStream(RegularFile.open(path(file).toRealPath()))) {
      return in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new UsageException(
          "Cannot read the seccomp profile " + file + ". Name a file with a profile in JSON.", e);
    } catch (VerificationException e) {
      throw new UsageException(
          "Cannot read the seccomp profile "
              + file
              + ": it is not a regular file. Name a file with a profile in JSON.",
          e);
    }
  }

  private static Path path(String file) {
    try {
      return Path.of(file);
    } catch (InvalidPathException e) {
      throw new UsageException(
          "\"" + file + "\" is not a valid name of a file. Name a seccomp profile in JSON.", e);
    }
  }

  /**
   * Returns the objections to the profile that {@link SecurityOptions} name.
   *
   * @param named the name of a file, {@code unconfined}, or null for the engine's own profile
   * @return the objections; none for the engine's own profile, or if this machine has no such file
   */
  public static List<String> objections(@Nullable String named) {
    if (named == null) {
      return List.of();
    }
    if (named.equals(UNCONFINED)) {
      return List.of("seccomp \"unconfined\" allows every system call of the host's kernel");
    }
    if (!Files.exists(path(named))) {
      return List.of(); // An export may name a file of the machine that it is made for.
    }
    try {
      return read(named).objections();
    } catch (UsageException e) {
      return List.of(e.getMessage());
    }
  }

  /** Returns the profile in the form of an engine's API. */
  public String json() {
    return new String(Json.write(content), StandardCharsets.UTF_8);
  }

  /**
   * Returns the reasons why the profile filters less than the engine's own, one clause for each.
   */
  public List<String> objections() {
    return SeccompJudgement.objections(content).stream()
        .map(each -> "seccomp profile " + source + " " + each)
        .toList();
  }
}
