package ai.opencode.sandbox.image;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.layer.RootView;
import ai.opencode.sandbox.oci.ImageConfig;

/**
 * An image with what another one needs that is to stand on it.
 *
 * @param view the file system that its layers give
 * @param database the packages in it
 */
public record AssembledImage(
    FinishedImage image, ImageConfig config, RootView view, InstalledDatabase database) {}
