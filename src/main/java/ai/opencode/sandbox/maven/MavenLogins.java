package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.credentials.CredentialSource;
import ai.opencode.sandbox.registry.credentials.Credentials;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.building.SettingsProblem;
import org.apache.maven.settings.crypto.DefaultSettingsDecryptionRequest;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.apache.maven.settings.crypto.SettingsDecryptionResult;
import org.jspecify.annotations.Nullable;

/** The servers of Maven's settings whose id is a registry's host with its port, decrypted. */
record MavenLogins(Settings settings, SettingsDecrypter decrypter) implements CredentialSource {

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{[^{}]+}");

  @Override
  public Optional<Credentials> find(Reference image) {
    Server server = settings.getServer(image.registry());
    if (server == null) {
      return Optional.empty();
    }
    String source = "the server " + server.getId() + " in Maven's settings";
    requireReplaced(server.getPassword(), source);
    SettingsDecryptionResult decrypted =
        decrypter.decrypt(new DefaultSettingsDecryptionRequest(server));
    for (SettingsProblem problem : decrypted.getProblems()) {
      if (problem.getSeverity() != SettingsProblem.Severity.WARNING) {
        throw new AuthenticationException(
            "The password of "
                + source
                + " cannot be decrypted ("
                + problem.getMessage()
                + "). Encrypt it again with the master password of settings-security.xml.");
      }
    }
    Server open = decrypted.getServer();
    return open.getUsername() == null || open.getPassword() == null
        ? Optional.empty()
        : Optional.of(new Credentials(open.getUsername(), open.getPassword(), source));
  }

  /**
   * Refuses a variable that is not set: Maven keeps its name, which looks like an encrypted text.
   */
  private static void requireReplaced(@Nullable String password, String source) {
    Matcher variable = VARIABLE.matcher(password == null ? "" : password);
    if (variable.find()) {
      throw new AuthenticationException(
          "The password of " + source + " is " + variable.group() + ", which is not set. Set it.");
    }
  }

  @Override
  public String description() {
    return "the servers of Maven's settings";
  }

  @Override
  public String toString() {
    return description();
  }
}
