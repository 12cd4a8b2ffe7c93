package ai.opencode.sandbox;

import ai.opencode.sandbox.definition.ImageDefinition;

/** The images that a build makes. */
enum ImageUnderTest {
  BASE,
  DEVELOPER;

  ImageDefinition definition() {
    return switch (this) {
      case BASE -> SandboxImages.base();
      case DEVELOPER -> SandboxImages.developer();
    };
  }

  @Override
  public String toString() {
    return definition().name();
  }
}
