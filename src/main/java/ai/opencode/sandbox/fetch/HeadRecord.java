package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.ControlSegment;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import java.io.IOException;

/**
 * The form of the record of a package's head. It proves itself: its control segment has the
 * checksum that the index or the lock names.
 *
 * @param checksum the checksum that the control segment must have
 * @param source the package's name in messages
 */
record HeadRecord(Checksum checksum, String source) implements Records.Codec<PackageHead> {

  /** The version of the record's form, raised with every change of it. */
  static final int FORMAT = 1;

  @Override
  public void write(PackageHead head, RecordWriter out) {
    out.bytes(head.signature()).bytes(head.control().compressed());
  }

  @Override
  public PackageHead read(RecordReader in) throws IOException {
    byte[] signature = in.bytes();
    byte[] compressed = in.bytes();
    if (!Checksum.ofControlSegment(compressed).equals(checksum)) {
      throw new IOException(source + ": the record has the control segment of another package");
    }
    return new PackageHead(signature, ControlSegment.parse(compressed, source));
  }
}
