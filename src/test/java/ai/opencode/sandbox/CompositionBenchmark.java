package ai.opencode.sandbox;

import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The time of composing an image in a running JVM, with every input in the cache. {@code
 * scripts/bench} runs it against its servers, which system properties name; without them it uses
 * the stand-in and the user's cache.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2)
@Measurement(iterations = 10)
public class CompositionBenchmark {

  private BuildSettings settings = BuildSettings.standard();
  private int number;

  /** Fills the cache. */
  @Setup
  public void warmCache() throws IOException {
    String base = System.getProperty("sandbox.benchmark.base");
    settings =
        base == null
            ? settings.withUpstream(UpstreamChoice.STAND_IN)
            : settings
                .withUpstream(UpstreamChoice.MIRROR)
                .withBase(Reference.of(base))
                .withRepositories(List.of(System.getProperty("sandbox.benchmark.repository")))
                .withNpmRegistry(System.getProperty("sandbox.benchmark.npm"))
                .withCache(Path.of(System.getProperty("sandbox.benchmark.cache")));
    developerWithRipgrep();
  }

  /** Composes an image with a new label each time, so that the cache does not have it. */
  @Benchmark
  public List<BuiltImage> developerWithRipgrep() throws IOException {
    number++;
    ImageDefinition tools =
        SandboxImages.developer()
            .withName("acme/tools")
            .withPackages("ripgrep")
            .withLabel("acme.build", ProcessHandle.current().pid() + "-" + number);
    return new SandboxBuilder(settings, Progress.silent()).build(List.of(tools));
  }
}
