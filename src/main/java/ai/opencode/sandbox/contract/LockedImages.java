package ai.opencode.sandbox.contract;

import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedInputs;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.upstream.OfficialUpstream;
import ai.opencode.sandbox.verify.KnownImages;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The images with which a proof of origin is compared: those of a lock or, without a lock, the base
 * images that this program is pinned to.
 */
record LockedImages(Optional<LockFile> lock) implements KnownImages {

  @Override
  public boolean haveBase(Platform platform, Digest digest) {
    return lock.isPresent()
        ? lock.get().on(platform).stream().anyMatch(each -> isBase(each.base(), digest))
        : OfficialUpstream.isPinned(digest);
  }

  private static boolean isBase(@Nullable LockedBase base, Digest digest) {
    return base != null
        && (digest.equals(base.manifest())
            || base.reference().pinned().filter(digest::equals).isPresent());
  }

  @Override
  public Optional<List<Locked>> locked(Platform platform) {
    return lock.map(
        file -> {
          List<Locked> all = new ArrayList<>();
          List<LockedImage> images = file.on(platform);
          file.entries()
              .forEach(
                  (key, image) -> {
                    if (key.platform().equals(platform)) {
                      all.add(
                          new Locked(
                              key.name(),
                              Optional.ofNullable(image.result()),
                              LockedInputs.digests(image, images)));
                    }
                  });
          return all;
        });
  }
}
