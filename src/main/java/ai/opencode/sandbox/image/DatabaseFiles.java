package ai.opencode.sandbox.image;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.ScriptArchive;
import ai.opencode.sandbox.apk.Triggers;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.rootfs.ApkDatabase;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * apk's database as files: the list of installed packages, their scripts and triggers, and the
 * requested packages. The database keeps the form that it has in the base.
 */
final class DatabaseFiles {

  private DatabaseFiles() {}

  static void write(Overlay overlay, LayeredRoot root, List<String> requested) throws IOException {
    Root view = root.view();
    ApkDatabase database = ApkDatabase.of(view);
    Set<String> newcomers = new HashSet<>();
    root.installed().forEach(each -> newcomers.add(each.pkg().name()));
    List<ApkPackage> all = root.database().packages().stream().map(InstalledPackage::pkg).toList();
    List<ApkPackage> staying = all.stream().filter(pkg -> !newcomers.contains(pkg.name())).toList();
    overlay.content(
        database.path("installed"),
        0644,
        root.database().toText().getBytes(StandardCharsets.UTF_8));
    scripts(overlay, root, staying, all);
    String triggersPath = database.path("triggers");
    Triggers triggers = database.triggers().only(staying);
    for (FetchedPackage each : root.installed()) {
      triggers = triggers.with(each.pkg(), each.control().info().triggers());
    }
    if (root.database().isOfApk3()) {
      triggers = triggers.asApk3(all);
    }
    if (!triggers.isEmpty() || view.get(triggersPath) != null) {
      overlay.content(triggersPath, 0644, triggers.toText().getBytes(StandardCharsets.UTF_8));
    }
    World world = World.parse(view.text("etc/apk/world").orElse("")).with(requested);
    overlay.content("etc/apk/world", 0644, world.toText().getBytes(StandardCharsets.UTF_8));
  }

  private static void scripts(
      Overlay overlay, LayeredRoot root, List<ApkPackage> staying, List<ApkPackage> all)
      throws IOException {
    Root view = root.view();
    ApkDatabase database = ApkDatabase.of(view);
    String gzipped = database.path("scripts.tar.gz");
    boolean compressed = view.get(gzipped) != null;
    String path = compressed ? gzipped : database.path("scripts.tar");
    Optional<byte[]> before = view.bytes(path);
    ScriptArchive scripts =
        before.isPresent()
            ? ScriptArchive.parse(before.get(), compressed, "the base's " + path)
            : new ScriptArchive(Map.of());
    scripts = scripts.of(staying);
    for (FetchedPackage each : root.installed()) {
      scripts = scripts.with(each.pkg(), each.control().scripts());
    }
    if (compressed || root.database().isOfApk3()) {
      scripts = scripts.asApk3(all);
    } else {
      scripts = scripts.of(inApk2sOrder(database, root, all));
    }
    overlay.content(path, 0644, scripts.toBytes(compressed));
  }

  /** Sorts packages as apk 2 does: updated ones keep their places, and new ones follow. */
  private static List<ApkPackage> inApk2sOrder(
      ApkDatabase database, LayeredRoot root, List<ApkPackage> all) throws IOException {
    Map<String, ApkPackage> left = new LinkedHashMap<>();
    all.forEach(each -> left.put(each.name(), each));
    List<ApkPackage> ordered = new ArrayList<>();
    for (InstalledPackage each : database.installed().packages()) {
      ApkPackage now = left.remove(each.pkg().name());
      if (now != null) {
        ordered.add(now);
      }
    }
    for (FetchedPackage each : root.installed()) {
      ApkPackage now = left.remove(each.pkg().name());
      if (now != null) {
        ordered.add(now);
      }
    }
    return ordered;
  }
}
