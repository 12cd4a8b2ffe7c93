package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.NpmFacts;
import java.io.IOException;
import java.util.Optional;

/**
 * The form of the facts about packages inside a record of the cache. It has no format version of
 * its own: a change raises the format version of each record with such facts.
 */
public final class PackageFactsCodec {

  private PackageFactsCodec() {}

  public static void write(ApkFacts facts, RecordWriter out) {
    out.text(facts.name())
        .text(facts.version().toString())
        .text(facts.architecture())
        .text(facts.licence())
        .text(facts.origin())
        .text(facts.checksum().hex())
        .text(facts.description())
        .text(facts.homepage())
        .text(facts.maintainer());
  }

  public static ApkFacts apk(RecordReader in) throws IOException {
    String name = in.text();
    ApkVersion version = ApkVersion.of(in.text());
    String architecture = in.text();
    String licence = in.text();
    String origin = in.text();
    Checksum checksum = new Checksum(in.text());
    ApkFacts.About about = new ApkFacts.About(licence, origin, in.text(), in.text(), in.text());
    return new ApkFacts(name, version, architecture, checksum, about);
  }

  public static void write(NpmFacts facts, RecordWriter out) {
    out.text(facts.path()).text(facts.name()).text(facts.version());
    write(facts.integrity().map(Integrity::toString), out);
    write(facts.licence(), out);
  }

  public static NpmFacts npm(RecordReader in) throws IOException {
    return new NpmFacts(
        in.text(), in.text(), in.text(), optional(in).map(Integrity::of), optional(in));
  }

  private static void write(Optional<String> text, RecordWriter out) {
    out.flag(text.isPresent());
    text.ifPresent(out::text);
  }

  private static Optional<String> optional(RecordReader in) throws IOException {
    return in.flag() ? Optional.of(in.text()) : Optional.empty();
  }
}
