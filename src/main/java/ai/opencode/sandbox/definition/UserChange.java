package ai.opencode.sandbox.definition;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The change of a definition's user: everything in the former home is in the new one, and
 * everything that belongs to the former ids belongs to the new ones. Contents of files are kept.
 */
final class UserChange {

  private final SandboxUser before;
  private final SandboxUser after;
  private final Pattern home;

  UserChange(SandboxUser before, SandboxUser after) {
    this.before = before;
    this.after = after;
    // A path is preceded by nothing, or by a separator such as : or = in a variable's value.
    this.home =
        Pattern.compile("(?<![A-Za-z0-9._+@/-])" + Pattern.quote(before.home()) + "(?=$|[/:;,])");
  }

  FilesystemSettings in(FilesystemSettings settings) {
    return new FilesystemSettings(
        after,
        settings.directories().stream().map(this::in).toList(),
        settings.files().stream().map(this::in).toList(),
        settings.links().stream()
            .map(each -> new SymbolicLink(path(each.path()), path(each.target())))
            .toList(),
        settings.writable().stream()
            .map(each -> new WritableDirectory(path(each.path()), each.sizeBytes()))
            .toList());
  }

  private OwnedDirectory in(OwnedDirectory each) {
    return new OwnedDirectory(
        path(each.path()), each.mode(), uid(each.uid()), gid(each.gid()), each.onlyIfMissing());
  }

  private StaticFile in(StaticFile each) {
    return each.withPath(path(each.path())).withOwner(uid(each.uid()), gid(each.gid()));
  }

  ContainerSettings in(ContainerSettings settings) {
    Map<String, String> environment = new LinkedHashMap<>();
    settings.environment().forEach((name, value) -> environment.put(name, text(value)));
    return new ContainerSettings(
        environment,
        path(settings.workingDirectory()),
        texts(settings.entrypoint()),
        texts(settings.command()),
        settings.ports());
  }

  private List<String> texts(List<String> words) {
    return words.stream().map(this::text).toList();
  }

  private String text(String value) {
    return home.matcher(value).replaceAll(Matcher.quoteReplacement(after.home()));
  }

  private String path(String path) {
    return Paths.isAtOrBelow(path, before.home())
        ? after.home() + path.substring(before.home().length())
        : path;
  }

  private int uid(int id) {
    return id == before.uid() ? after.uid() : id;
  }

  private int gid(int id) {
    return id == before.gid() ? after.gid() : id;
  }
}
