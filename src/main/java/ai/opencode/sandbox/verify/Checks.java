package ai.opencode.sandbox.verify;

import java.util.List;
import java.util.SortedMap;

/** The list of all checks. */
final class Checks {

  /**
   * The ids of the flaws that reading an image may find before any check runs, each with the
   * property that an image without the flaw has.
   */
  static final SortedMap<String, String> READING =
      Promises.of(
          "blob-missing", "every blob that a document names exists",
          "blob-size", "every blob has the size in its descriptor",
          "database", "apk can read its database without losing a field",
          "diff-id", "every layer's archive has the digest in the configuration",
          "document-digest",
              "index, manifest and configuration match the digests in their references",
          "elf-malformed", "the headers of every ELF file refer to places inside the file",
          "layer-archive", "every layer is a complete archive, with nothing after its end",
          "layer-count", "layers, diff IDs and history have the same number of entries",
          "layer-digest", "every layer's blob matches the digest in its reference",
          "layer-entry",
              "every engine unpacks the layers to the same files, and those that checks read are not too large",
          "media-type", "every document has the media type in its reference",
          "platform", "index, configuration and request name the same platform",
          "unreadable", "the image can be read");

  static final List<Check> ALL =
      List.of(
          new AccountCheck(),
          new AttestationCheck(),
          new BaseLayersCheck(),
          new DatabaseFilesCheck(),
          new DatabaseRecordsCheck(),
          new DefinitionCheck(),
          new DirectoryCheck(),
          new ElfCheck(),
          new EnvironmentCheck(),
          new LabelCheck(),
          new LinkCheck(),
          new NpmPackageCheck(),
          new OriginCheck(),
          new OwnershipCheck(),
          new PrivilegeCheck(),
          new ProgramCheck(),
          new ProvenanceCheck(),
          new SbomCheck(),
          new SearchPathCheck(),
          new SettingsCheck(),
          new SizeCheck(),
          new UnownedFileCheck(),
          new WorldCheck());

  private Checks() {}

  /**
   * Returns the number of properties that are checked.
   *
   * @param named whether the contract is built into this program, and so has no definition
   */
  static int count(boolean named) {
    return READING.size()
        + ALL.stream()
            .filter(check -> !(named && check instanceof DefinitionCheck))
            .mapToInt(check -> check.promises().size())
            .sum();
  }
}
