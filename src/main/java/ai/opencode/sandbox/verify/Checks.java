package ai.opencode.sandbox.verify;

import java.util.List;
import java.util.SortedMap;

/** Every check there is. */
final class Checks {

  /** What is found while the image is read, before any check looks at it. */
  static final SortedMap<String, String> READING =
      Promises.of(
          "blob-missing", "every blob that a document names is there",
          "blob-size", "every blob has the size that its descriptor says",
          "database", "apk can read its database, and no field of it is lost",
          "diff-id", "every layer's archive has the digest that the configuration says",
          "document-digest", "index, manifest and configuration have the digests that they go by",
          "elf-malformed", "the headers of every ELF file lead to where they say",
          "layer-archive", "every layer is a whole archive, with nothing behind its end",
          "layer-count", "layers, diff IDs and history are as many",
          "layer-digest", "every layer's blob has the digest that it goes by",
          "layer-entry", "every engine unpacks the layers to the same files",
          "media-type", "everything is of the type that it is called",
          "platform", "index, configuration and request name the same platform",
          "unreadable", "there is an image that can be read");

  static final List<Check> ALL =
      List.of(
          new AccountCheck(),
          new BaseLayersCheck(),
          new DatabaseFilesCheck(),
          new DatabaseRecordsCheck(),
          new DirectoryCheck(),
          new ElfCheck(),
          new EnvironmentCheck(),
          new LabelCheck(),
          new LinkCheck(),
          new NpmPackageCheck(),
          new OwnershipCheck(),
          new PrivilegeCheck(),
          new ProgramCheck(),
          new SearchPathCheck(),
          new SettingsCheck(),
          new SizeCheck(),
          new UnownedFileCheck(),
          new WorldCheck());

  private Checks() {}
}
