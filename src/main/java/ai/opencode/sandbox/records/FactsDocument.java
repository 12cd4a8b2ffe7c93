package ai.opencode.sandbox.records;

import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordList;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.oci.Descriptor;
import java.io.IOException;
import java.util.List;

/**
 * The content of a blob of facts, the records of an image that a build needs while nothing changes.
 *
 * @param image the place of the record of the image
 * @param files the blob with the lists of files
 * @param documents index, manifest and configuration of the base image; empty for an image on a
 *     parent
 * @param records the records
 */
record FactsDocument(
    RecordKey image, Descriptor files, List<byte[]> documents, RecordList records) {

  private static final String KIND = "facts";
  private static final int FORMAT = 1;

  FactsDocument {
    documents = List.copyOf(documents);
  }

  byte[] toBytes() {
    return Records.content(KIND, FORMAT, this, new Codec());
  }

  /**
   * Reads a document, which may be from another machine.
   *
   * @throws IOException if it is malformed
   */
  static FactsDocument parse(byte[] content) throws IOException {
    return Records.value(KIND, FORMAT, content, new Codec());
  }

  private static final class Codec implements Records.Codec<FactsDocument> {

    @Override
    public void write(FactsDocument facts, RecordWriter out) {
      out.text(facts.image.kind()).digest(facts.image.key());
      out.digest(facts.files.digest()).number(facts.files.size());
      out.list(facts.documents, (each, to) -> to.bytes(each));
      out.bytes(facts.records.toBytes());
    }

    @Override
    public FactsDocument read(RecordReader in) throws IOException {
      return new FactsDocument(
          new RecordKey(in.text(), in.digest()),
          Descriptor.of(CarriedRecords.FILES, in.digest(), in.size()),
          in.list(RecordReader::bytes),
          RecordList.parse(in.bytes()));
    }
  }
}
