package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;
import java.io.Serializable;

/**
 * A path of an image's definition, so that a failure of a build can be found in the definition.
 *
 * @param image the image's name
 * @param path the absolute path in the image
 */
@Api
public record DefinedPath(String image, String path) implements Serializable {}
