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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * apk's database as files: the list of installed packages, their scripts and triggers, and the
 * requested packages. The database keeps the form that it has in the base.
 */
final class DatabaseFiles {

  private final LayeredRoot root;
  private final List<FetchedPackage> added;
  private final ApkDatabase database;
  private final List<ApkPackage> all;
  private final List<ApkPackage> staying;

  /**
   * Prepares the files.
   *
   * @param root the root with the packages
   */
  DatabaseFiles(LayeredRoot root) {
    this.root = root;
    this.added = root.added();
    this.database = ApkDatabase.of(root.view());
    this.all = root.database().withoutFiles().list();
    this.staying = root.staying();
  }

  void write(Overlay overlay, World world) throws IOException {
    overlay.content(
        database.path("installed"),
        0644,
        root.database().toText().getBytes(StandardCharsets.UTF_8));
    writeScripts(overlay);
    writeTriggers(overlay);
    overlay.content("etc/apk/world", 0644, world.toText().getBytes(StandardCharsets.UTF_8));
  }

  private void writeTriggers(Overlay overlay) {
    String path = database.path("triggers");
    Triggers triggers = database.triggers().only(staying);
    for (FetchedPackage each : added) {
      triggers = triggers.with(each.pkg(), each.control().info().triggers());
    }
    if (root.database().isOfApk3()) {
      triggers = triggers.asApk3(all);
    }
    if (!triggers.isEmpty() || root.view().get(path) != null) {
      overlay.content(path, 0644, triggers.toText().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void writeScripts(Overlay overlay) throws IOException {
    Root view = root.view();
    String gzipped = database.path("scripts.tar.gz");
    boolean compressed = view.get(gzipped) != null;
    String path = compressed ? gzipped : database.path("scripts.tar");
    Optional<byte[]> before = view.bytes(path);
    ScriptArchive scripts =
        before.isPresent()
            ? ScriptArchive.parse(before.get(), compressed, "the base's " + path)
            : new ScriptArchive(Map.of());
    scripts = scripts.of(staying);
    for (FetchedPackage each : added) {
      scripts = scripts.with(each.pkg(), each.control().scripts());
    }
    if (compressed || root.database().isOfApk3()) {
      scripts = scripts.asApk3(all);
    } else {
      scripts = scripts.of(inApk2sOrder());
    }
    overlay.content(path, 0644, scripts.toBytes(compressed));
  }

  /** Sorts packages as apk 2 does: updated ones keep their places, and new ones follow. */
  private List<ApkPackage> inApk2sOrder() throws IOException {
    Map<String, ApkPackage> left = new LinkedHashMap<>();
    all.forEach(each -> left.put(each.name(), each));
    List<ApkPackage> ordered = new ArrayList<>();
    for (InstalledPackage each : database.installed().packages()) {
      ApkPackage now = left.remove(each.pkg().name());
      if (now != null) {
        ordered.add(now);
      }
    }
    for (FetchedPackage each : added) {
      ApkPackage now = left.remove(each.pkg().name());
      if (now != null) {
        ordered.add(now);
      }
    }
    return ordered;
  }
}
