package ai.opencode.sandbox.network;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The servers and proxies in Maven's {@code settings.xml}: first those of the user's file, then
 * those of the file of the Maven installation that runs. This class parses the files itself,
 * because Maven does not pass its settings to a program that {@code exec:java} starts.
 */
@Api
public final class MavenSettings {

  /**
   * The property that names the file to read instead of {@code ~/.m2/settings.xml}, like Maven's
   * {@code -s}.
   */
  public static final String PROPERTY = "sandbox.maven.settings";

  /**
   * A server's credentials.
   *
   * @param origin the file
   */
  public record Server(String id, String username, String password, Path origin) {

    /** Returns whether the password is encrypted, so that only Maven itself can read it. */
    public boolean isEncrypted() {
      return password.matches("(?s).*(?<!\\\\)\\{.+(?<!\\\\)}.*");
    }

    /** Returns a text without the password. */
    @Override
    public String toString() {
      return "the server " + id + " in " + origin;
    }
  }

  private static final long MAX_BYTES = 1 << 20;
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^${}]+)}");

  private final List<Server> servers = new ArrayList<>();
  private final List<Proxies> proxies = new ArrayList<>();
  private final Map<String, String> properties;
  private final Map<String, String> environment;

  private MavenSettings(Map<String, String> properties, Map<String, String> environment) {
    this.properties = properties;
    this.environment = environment;
  }

  /**
   * Reads the existing files.
   *
   * @param properties the JVM's; {@code maven.home} is set inside Maven
   * @throws UsageException if a file cannot be read
   */
  public static MavenSettings of(Map<String, String> properties, Map<String, String> environment) {
    MavenSettings settings = new MavenSettings(properties, environment);
    String own = properties.getOrDefault(PROPERTY, "");
    settings.read(
        own.isEmpty()
            ? Path.of(properties.getOrDefault("user.home", ""), ".m2", "settings.xml")
            : Path.of(own));
    String maven = properties.getOrDefault("maven.home", "");
    if (!maven.isEmpty()) {
      settings.read(Path.of(maven, "conf", "settings.xml"));
    }
    return settings;
  }

  /** Returns the credentials of a server id. */
  public Optional<Server> server(String id) {
    return servers.stream().filter(server -> server.id().equals(id)).findFirst();
  }

  /** Returns the first of the active proxies, as Maven does. */
  Proxies proxies() {
    return proxies.isEmpty() ? Proxies.none() : proxies.get(0);
  }

  private void read(Path file) {
    if (!Files.isRegularFile(file)) {
      return;
    }
    XMLInputFactory factory = XMLInputFactory.newFactory();
    // A settings file has no document type; one with a document type could refer to arbitrary
    // files.
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try (InputStream in = Files.newInputStream(file)) {
      if (Files.size(file) > MAX_BYTES) {
        throw new UsageException(
            "Maven's settings "
                + file
                + " have more than "
                + MAX_BYTES
                + " bytes. Check that this is the right file.");
      }
      parse(factory.createXMLStreamReader(in), file);
    } catch (IOException | XMLStreamException e) {
      throw new UsageException(
          "Maven's settings " + file + " cannot be read (" + firstLine(e) + "). Correct them.", e);
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private void parse(XMLStreamReader xml, Path file) throws XMLStreamException {
    Deque<String> path = new ArrayDeque<>();
    Map<String, String> values = new HashMap<>();
    StringBuilder text = new StringBuilder();
    while (xml.hasNext()) {
      switch (xml.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          path.addLast(xml.getLocalName());
          text.setLength(0);
          // Servers and proxies are on the third level, their values on the fourth.
          if (path.size() == 3) {
            values.clear();
          }
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(xml.getText());
        case XMLStreamConstants.END_ELEMENT -> {
          String place = String.join("/", path);
          if (path.size() == 4) {
            values.put(xml.getLocalName(), interpolated(text.toString().strip()));
          } else if (place.equals("settings/servers/server")) {
            server(values, file);
          } else if (place.equals("settings/proxies/proxy")) {
            proxy(values, file);
          }
          path.removeLast();
          text.setLength(0);
        }
        default -> {}
      }
    }
  }

  private void server(Map<String, String> values, Path file) {
    servers.add(
        new Server(
            values.getOrDefault("id", ""),
            values.getOrDefault("username", ""),
            values.getOrDefault("password", ""),
            file));
  }

  private void proxy(Map<String, String> values, Path file) {
    if (!Boolean.parseBoolean(values.getOrDefault("active", "true"))) {
      return;
    }
    proxies.add(
        Proxies.ofMaven(
            values.getOrDefault("host", ""),
            values.get("port"),
            values.get("username"),
            values.get("password"),
            values.get("nonProxyHosts"),
            file.toString()));
  }

  /** Expands {@code ${env.NAME}} and {@code ${property}} as Maven does; unknown names are kept. */
  private String interpolated(String text) {
    Matcher variable = VARIABLE.matcher(text);
    StringBuilder result = new StringBuilder();
    while (variable.find()) {
      String name = variable.group(1);
      String value =
          name.startsWith("env.") ? environment.get(name.substring(4)) : properties.get(name);
      variable.appendReplacement(
          result, Matcher.quoteReplacement(value == null ? variable.group() : value));
    }
    return variable.appendTail(result).toString();
  }
}
