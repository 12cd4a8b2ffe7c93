package ai.opencode.sandbox.engine;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Image;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The images that runs have loaded into an engine. Their names are in a namespace that neither a
 * registry nor a build uses, so all other images are left alone.
 */
public final class LoadedImages {

  /** A namespace that no registry serves, so its names cannot collide with pulled images. */
  private static final String NAMESPACE = "localhost/opencode-sandbox-run/";

  private static final Pattern NAME =
      Pattern.compile(Pattern.quote(NAMESPACE) + "[a-z0-9/-]+:[0-9a-f]{12}");

  /**
   * An image that a run has loaded.
   *
   * @param name the image's name in the engine
   * @param removed whether the image is removed now; an image that a container uses is kept
   */
  public record Pruned(String name, boolean removed) {}

  private LoadedImages() {}

  /** Returns the name that an image of a layout gets in engines. */
  static String nameOf(LayoutImage image) {
    return NAMESPACE
        + image.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9/-]+", "-")
        + ":"
        + image.descriptor().digest().hex().substring(0, 12);
  }

  /** Removes the images that no container uses. Other names of the same images stay. */
  public static List<Pruned> prune(Engine engine) {
    List<Pruned> pruned = new ArrayList<>();
    for (Image image : engine.client().listImagesCmd().exec()) {
      for (String name : image.getRepoTags() == null ? new String[0] : image.getRepoTags()) {
        if (NAME.matcher(name).matches()) {
          pruned.add(new Pruned(name, remove(engine, name)));
        }
      }
    }
    return pruned;
  }

  private static boolean remove(Engine engine, String name) {
    try {
      engine.client().removeImageCmd(name).withNoPrune(true).exec();
      return true;
    } catch (NotFoundException e) {
      return true; // Another process has removed it.
    } catch (ConflictException e) {
      return false;
    } catch (DockerException e) {
      if (Engine.reason(e).toLowerCase(Locale.ROOT).contains("in use")) {
        return false; // Podman reports this conflict with a general status
      }
      throw Engine.refused("remove " + name, e);
    }
  }
}
