package ai.opencode.sandbox.image;

import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.rootfs.ApkDatabase;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * apk's database as files: the list of installed packages, their scripts and triggers, and the
 * requested packages. The database keeps the form that it has in the base.
 */
final class DatabaseFiles {

  private final Root view;
  private final ApkDatabase place;
  private final DatabaseState database;

  /**
   * Prepares the files.
   *
   * @param root the root with the packages
   */
  DatabaseFiles(LayeredRoot root) {
    this.view = root.view();
    this.place = ApkDatabase.of(view);
    this.database = root.database();
  }

  void write(Overlay overlay, World world) throws IOException {
    text(overlay, place.path(ApkDatabase.INSTALLED), database.installed().toText());
    overlay.content(
        place.path(database.isCompressed() ? ApkDatabase.GZIPPED_SCRIPTS : ApkDatabase.SCRIPTS),
        0644,
        database.scripts().toBytes(database.isCompressed()));
    String triggers = place.path(ApkDatabase.TRIGGERS);
    if (!database.triggers().isEmpty() || view.get(triggers) != null) {
      text(overlay, triggers, database.triggers().toText());
    }
    text(overlay, "etc/apk/world", world.toText());
  }

  private static void text(Overlay overlay, String path, String text) {
    overlay.content(path, 0644, text.getBytes(StandardCharsets.UTF_8));
  }
}
