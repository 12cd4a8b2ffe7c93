package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.QuickProgram;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A push in a process of its own that can be killed. */
final class APush {

  private APush() {}

  /**
   * @param arguments store, digest and size of an index, reference
   */
  public static void main(String[] arguments) throws IOException {
    BlobStore store = new BlobStore(Path.of(arguments[0]));
    Descriptor image =
        Descriptor.of(MediaType.INDEX, Digest.of(arguments[1]), Long.parseLong(arguments[2]));
    Publisher publisher = new Publisher(RegistryAccess.standard());
    System.out.println("begins");
    publisher.publish(store, image, Reference.of(arguments[3]), List.of());
    System.out.println("done");
  }

  static Process start(Path store, Descriptor image, Reference target) throws IOException {
    return new ProcessBuilder(
            QuickProgram.commandOf(
                APush.class,
                store.toString(),
                image.digest().toString(),
                String.valueOf(image.size()),
                target.toString()))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
