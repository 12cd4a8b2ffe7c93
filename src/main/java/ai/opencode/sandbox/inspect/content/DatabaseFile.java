package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The search for apk's database of installed packages in an image, and its parsing. */
public final class DatabaseFile {

  /** The paths at which apk 2 and apk 3 look for the database. */
  public static final List<String> PLACES =
      List.of("lib/apk/db/installed", "usr/lib/apk/db/installed");

  private DatabaseFile() {}

  /**
   * Reads the database as far as possible. Each defect is added to {@code flaws} with the id {@code
   * database}.
   */
  public static Optional<InstalledDatabase> read(ImageRoot root, Flaws flaws) throws IOException {
    List<RootEntry> found = new ArrayList<>();
    for (String place : PLACES) {
      root.follow(place)
          .filter(RootEntry::isFile)
          .filter(entry -> !found.contains(entry))
          .ifPresent(found::add);
    }
    if (found.isEmpty()) {
      flaws.add("database", "/" + PLACES.get(0), "the database is missing");
      return Optional.empty();
    }
    if (found.size() > 1) {
      flaws.add(
          "database",
          "/" + found.get(1).path(),
          "there is another one in /"
              + found.get(0).path()
              + ", and apk's version decides which one counts");
    }
    RootEntry entry = found.get(0);
    String where = "/" + entry.path();
    byte[] content = entry.content() == null ? new byte[0] : entry.content();
    try {
      InstalledDatabase database =
          InstalledDatabase.parse(new ByteArrayInputStream(content), where);
      requireComplete(database, entry, flaws);
      return Optional.of(database);
    } catch (VerificationException e) {
      String message = String.valueOf(e.getMessage());
      flaws.add(
          "database",
          where,
          message.startsWith(where + ": ") ? message.substring(where.length() + 2) : message);
      return Optional.empty();
    }
  }

  /**
   * Reports a database that is not equal to the text that apk would write for the same packages:
   * apk would read it differently.
   */
  private static void requireComplete(InstalledDatabase database, RootEntry entry, Flaws flaws) {
    String[] written = database.toText().split("\n", -1);
    String[] there = entry.text().split("\n", -1);
    if (Arrays.equals(written, there)) {
      return;
    }
    int line = 0;
    while (line < written.length && line < there.length && written[line].equals(there[line])) {
      line++;
    }
    flaws.add(
        "database",
        "/" + entry.path(),
        "line "
            + (line + 1)
            + (line < there.length ? ", \"" + there[line] + "\"," : "")
            + " differs from the line that apk would write");
  }
}
