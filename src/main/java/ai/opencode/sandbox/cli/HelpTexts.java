package ai.opencode.sandbox.cli;

import java.util.ListResourceBundle;

/** The help texts of a program for one's own images that differ from those of the product. */
final class HelpTexts extends ListResourceBundle {

  /** The key of the images that are built. */
  static final String BUILT = "built";

  /** The key of the images that are published. */
  static final String PUBLISHED = "published";

  private final ImageNames images;

  HelpTexts(ImageNames images) {
    this.images = images;
  }

  @Override
  protected Object[][] getContents() {
    String list = images.list();
    return new Object[][] {
      {BUILT, list + "; all of them if none is given."},
      {
        PUBLISHED,
        "oci:DIRECTORY[:NAME] or oci-archive:FILE[:NAME] (all images without NAME), a registry"
            + " reference, or HOST/NAMESPACE/[:TAG] (all images of this program there)."
      },
    };
  }
}
