package guest;

import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.registry.credentials.CredentialRetrievalException;
import com.google.cloud.tools.jib.registry.credentials.DockerConfigCredentialRetriever;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.utility.DockerImageName;

/** Logs, uses its own JSON, and builds and pushes images with this library and then with Jib. */
public final class Application {

  private static final Logger LOG = LoggerFactory.getLogger(Application.class);

  private Application() {}

  public static void main(String[] arguments) throws Exception {
    String registry = arguments[0];
    Path credentials = Path.of(arguments[4]);
    LOG.info("logging with {}", LoggerFactory.getILoggerFactory().getClass().getName());
    ObjectMapper json = new ObjectMapper().registerModule(new JavaTimeModule());
    LOG.info("json {}", json.writeValueAsString(Instant.EPOCH));
    LOG.info(
        "jackson {} {}",
        json.version(),
        com.fasterxml.jackson.datatype.jsr310.PackageVersion.VERSION);
    LOG.info("testcontainers {}", DockerImageName.parse("a/b:1").getVersionPart());

    BuildSettings settings =
        BuildSettings.standard()
            .withPlatforms(List.of(Platform.LINUX_AMD64))
            .withUpstream(UpstreamChoice.MIRROR)
            .withBase(Reference.of(arguments[1]))
            .withRepositories(List.of(arguments[2]))
            .withCache(Path.of(arguments[3]));
    SandboxBuilder builder = new SandboxBuilder(settings, Progress.silent());
    ImageDefinition tools = ImageDefinition.from(SandboxImages.base(), "acme/tools");
    var image = builder.build(List.of(tools)).get(0);
    builder
        .send(List.of(image), Target.of(registry + "/team/"))
        .forEach(each -> LOG.info("sent {}", each.place()));

    var login = DockerConfigCredentialRetriever.create(registry, credentials);
    LOG.info("user {}", login.retrieve(event -> {}).orElseThrow().getUsername());
    try (var base = builder.jibBase(image)) {
      var app = base.containerize(base.from().setEntrypoint("/opt/agent"), "acme/agent");
      builder
          .send(List.of(app), Target.of(registry + "/team/"))
          .forEach(each -> LOG.info("sent {}", each.place()));
    }
    var own =
        RegistryImage.named(registry + "/team/acme/own")
            .addCredentialRetriever(
                () -> {
                  try {
                    return login.retrieve(event -> {});
                  } catch (IOException e) {
                    throw new CredentialRetrievalException(e);
                  }
                });
    var pushed =
        Jib.fromScratch()
            .addLayer(List.of(credentials.resolveSibling("agent")), "/opt")
            .containerize(Containerizer.to(own));
    LOG.info("jib has pushed {}", pushed.getDigest());
  }
}
