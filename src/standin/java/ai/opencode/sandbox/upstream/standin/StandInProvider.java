package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.UpstreamProvider;
import java.io.IOException;
import java.util.List;

/** The stand-in as an upstream: packages in Alpine's format, made from Debian's. */
public final class StandInProvider implements UpstreamProvider {

  @Override
  public UpstreamKind kind() {
    return UpstreamKind.STAND_IN;
  }

  @Override
  public Upstream prepare(Wishes wishes, Progress progress) throws IOException {
    StandInRepository repository =
        wishes.offline()
            ? StandIn.cached(
                wishes.cache(), wishes.platform(), wishes.npmRegistry(), wishes.network())
            : StandIn.prepare(
                wishes.cache(),
                wishes.platform(),
                wishes.npmRegistry(),
                wishes.network(),
                progress);
    return new Upstream(
        kind(),
        new Upstream.LayoutBase(
            StandInRepository.BASE_NAME, repository.baseLayout(), repository.baseImage()),
        List.of(new RepositoryLocation(repository.directory().toString())));
  }
}
