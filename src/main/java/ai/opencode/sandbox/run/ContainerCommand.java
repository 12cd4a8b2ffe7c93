package ai.opencode.sandbox.run;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.engine.EnginePort;
import ai.opencode.sandbox.engine.HeldMounts;
import ai.opencode.sandbox.engine.ImageStart;
import ai.opencode.sandbox.engine.ResolvedMount;
import ai.opencode.sandbox.engine.RunningContainer;
import ai.opencode.sandbox.engine.StopRule;
import ai.opencode.sandbox.security.EngineKind;
import ai.opencode.sandbox.security.SeccompProfile;
import ai.opencode.sandbox.security.SecurityOptions;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The creation of a container for a request: the Docker API's create command, and its execution.
 *
 * @param engine the engine that creates the container
 * @param held the mounted directories that this program keeps open, so that they cannot be replaced
 *     before the container starts
 * @param judged the request with its checked mounts
 * @param options the security options of the request; their user is the owner of the workspace
 * @param image the image's name in the engine
 */
record ContainerCommand(
    Engine engine, HeldMounts held, JudgedRequest judged, SecurityOptions options, String image) {

  /**
   * Creates the container. Docker takes the text of a seccomp profile, and Podman only the path of
   * a file, so a temporary file is written for Podman.
   */
  RunningContainer create(StopRule stop) throws IOException {
    SeccompProfile profile = judged.seccomp();
    if (profile == null || engine.kind() != EngineKind.PODMAN) {
      String seccomp = profile == null ? options.seccompProfile() : profile.json();
      return RunningContainer.create(engine, held, command(seccomp), stop);
    }
    Path copy = TemporaryFiles.file("opencode-sandbox-seccomp", ".json");
    try {
      Files.writeString(copy, profile.json());
      return RunningContainer.create(engine, held, command(copy.toString()), stop);
    } finally {
      TemporaryFiles.delete(copy);
    }
  }

  private CreateContainerCmd command(@Nullable String seccomp) {
    RunRequest request = judged.request();
    List<Mount> binds = new ArrayList<>();
    for (ResolvedMount each : judged.allMounts()) {
      binds.add(held.mount(each));
    }
    judged.volumes().forEach(each -> binds.add(each.mount()));
    HostConfig host = HostConfig.newHostConfig().withMounts(binds);
    options.applyTo(
        host,
        path -> binds.stream().noneMatch(bind -> path.path().equals(bind.getTarget())),
        engine.kind(),
        seccomp);
    Map<String, String> labels = new LinkedHashMap<>(request.engine().labels());
    labels.putAll(held.labels());
    labels.put("ai.opencode.sandbox.run", "hardened");
    CreateContainerCmd create =
        engine
            .client()
            .createContainerCmd(image)
            .withHostConfig(host)
            .withUser(options.user().toString())
            .withEnv(request.environment())
            .withLabels(labels)
            .withTty(request.tty())
            .withStdinOpen(true)
            .withStdInOnce(true)
            .withAttachStdin(true)
            .withAttachStdout(true)
            .withAttachStderr(true);
    if (options.allowedHosts() != null) {
      Outlet.start(ImageStart.of(engine, image), request.command(), create);
    } else if (!request.command().isEmpty()) {
      create.withCmd(request.command());
    }
    if (request.process().workingDirectory() != null) {
      create.withWorkingDir(request.process().workingDirectory());
    }
    apply(request.engine(), create, host);
    return create;
  }

  private static void apply(EngineSettings settings, CreateContainerCmd create, HostConfig host) {
    if (settings.name() != null) {
      create.withName(settings.name());
    }
    if (settings.runtime() != null) {
      host.withRuntime(settings.runtime());
    }
    List<EnginePort> ports = settings.ports().stream().map(PublishedPort::ofEngine).toList();
    if (!ports.isEmpty()) {
      create.withExposedPorts(ports.stream().map(EnginePort::exposed).toList());
      host.withPortBindings(ports.stream().map(EnginePort::binding).toList());
    }
  }
}
