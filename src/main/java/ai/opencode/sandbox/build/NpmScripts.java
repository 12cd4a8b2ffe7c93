package ai.opencode.sandbox.build;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.npm.InstallScripts;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.TarballSource;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The installation scripts of npm packages, by the tarballs that they are in. */
final class NpmScripts implements InstallScripts.Reading {

  private static final String KIND = "scripts";

  /** The format's version: raise it whenever the same tarball gives other commands. */
  private static final int FORMAT = 1;

  private final Records<Map<String, String>> records;
  private final TarballSource source;

  /**
   * Creates a reader.
   *
   * @param source the source of the tarballs, which is asked for those without a record
   */
  NpmScripts(Cache cache, TarballSource source) {
    this.records = new Records<>(cache, KIND, FORMAT, new Codec());
    this.source = source;
  }

  /** Returns the place of the record of a package that is in the tarball of another or its own. */
  static RecordKey place(LockedNpmPackage of, LockedNpmPackage carrier) {
    return new RecordKey(
        KIND,
        Recipe.of(KIND, FORMAT)
            .add(carrier.tarballIntegrity().orElseThrow().toString())
            .add(carrier.installPath().toString())
            .add(of.installPath().toString())
            .digest());
  }

  @Override
  public InstallScripts read(LockedNpmPackage of, LockedNpmPackage carrier) throws IOException {
    return new InstallScripts(
        of,
        records.get(
            place(of, carrier).key(), () -> InstallScripts.read(of, carrier, source).commands()));
  }

  private static final class Codec implements Records.Codec<Map<String, String>> {

    @Override
    public void write(Map<String, String> commands, RecordWriter out) {
      out.list(commands.entrySet(), (each, to) -> to.text(each.getKey()).text(each.getValue()));
    }

    @Override
    public Map<String, String> read(RecordReader in) throws IOException {
      Map<String, String> commands = new LinkedHashMap<>();
      for (Map.Entry<String, String> each : in.list(from -> Map.entry(from.text(), from.text()))) {
        commands.put(each.getKey(), each.getValue());
      }
      return commands;
    }
  }
}
