package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.security.Cpus;
import ai.opencode.sandbox.security.SecurityOptions;
import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The options for tasks, seen from inside of a container. */
@RequiresEngine
@RequiresImages
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class TaskOptionsIT {

  private BaseImage image;

  @BeforeAll
  void load() throws IOException, InterruptedException {
    image = BaseImage.load();
  }

  @AfterAll
  void remove() throws IOException {
    if (image != null) {
      image.close();
    }
  }

  @Test
  void processorTimeIsLimited() throws IOException, InterruptedException {
    SecurityOptions half =
        SecurityOptions.hardened()
            .withLimits(SecurityOptions.hardened().limits().withCpus(Cpus.of("0.5")));

    assertThat(image.run(image.shell(ExportIT.QUOTA).withOptions(half)).out())
        .startsWith("50000\n");
  }

  @Test
  void moreProcessorsThanTheEngineHasAreRefused() {
    SecurityOptions many =
        SecurityOptions.hardened()
            .withLimits(SecurityOptions.hardened().limits().withCpus(Cpus.of("4096")));

    assertThatThrownBy(() -> image.run(image.shell("true").withOptions(many)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("A limit of 4096 processors is none for this engine, which has ");
  }

  @Test
  void variablesOfFilesArePrecededByThoseOfTheRequest(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path first = Files.writeString(directory.resolve("a"), "A=1\nB=1\nHOME=/tmp\n# C=1\n");
    Path second = Files.writeString(directory.resolve("b"), "B=2 '$HOME' \nC=\n");
    RunRequest request =
        image
            .shell("echo \"$A|$B|$C|$D|$HOME\"; env | grep -c '^[ABC]='")
            .withEnvironment(List.of("A=3", "D=4"))
            .withHostFiles(HostFiles.none().withEnvironmentFiles(List.of(first, second)));

    assertThat(image.run(request).out()).isEqualTo("3|2 '$HOME' ||4|/tmp\n3\n");
  }

  @Test
  void aReadOnlyWorkspaceCannotBeChanged(@TempDir Path directory)
      throws IOException, InterruptedException {
    own(directory);
    Path file = Files.writeString(directory.resolve("given"), "from outside");
    RunRequest request =
        image
            .shell(
                "cat given; ! touch here given 2>/dev/null; mount | grep -c ' /workspace"
                    + " .*[(,]ro[,)]'")
            .withHostFiles(
                HostFiles.none().withWorkspace(new Workspace(directory.toRealPath(), true)));

    assertThat(image.run(request).out()).isEqualTo("from outside1\n");
    assertThat(directory).isDirectoryContaining(file::equals);
    assertThat(directory.resolve("here")).doesNotExist();
  }

  @Test
  void aNamedVolumeOutlivesTheContainer() throws IOException, InterruptedException {
    String name = "sandbox-it-" + ProcessHandle.current().pid();
    NamedVolume cache = new NamedVolume(name, "/home/opencode/.cache", false);
    try {
      image.said.clear();
      RunRequest first = image.shell("echo kept >~/.cache/x").withVolumes(List.of(cache));
      assertThat(image.run(first).exitCode()).isZero();
      RunRequest second =
          image
              .shell("cat ~/.cache/x; ! touch ~/.cache/y 2>/dev/null")
              .withVolumes(List.of(new NamedVolume(name, cache.target(), true)));
      assertThat(image.run(second).out()).isEqualTo("kept\n");
      assertThat(image.said).isEmpty();
      assertThat(image.client().inspectVolumeCmd(name).exec().getOptions()).isNullOrEmpty();
    } finally {
      image.client().removeVolumeCmd(name).exec();
    }
  }

  @Test
  void aNewVolumeThatBelongsToRootIsTold() throws IOException, InterruptedException {
    String name = "sandbox-it-root-" + ProcessHandle.current().pid();
    image.said.clear();
    try {
      image.run(
          image.shell("true").withVolumes(List.of(new NamedVolume(name, "/srv/data", false))));
      assertThat(image.said)
          .singleElement()
          .asString()
          .contains("The new volume " + name + " belongs to root unless the image has a directory");
    } finally {
      image.client().removeVolumeCmd(name).exec();
    }
  }

  /** A volume can be a directory of the host under another name. */
  @ParameterizedTest
  @CsvSource({"none, bind", "tmpfs, bind", "tmpfs, 'bind,ro'", "'', rbind", "bind, bind"})
  void aVolumeThatIsADirectoryOfTheHostIsRefused(String type, String options) {
    String name = "sandbox-it-etc-" + ProcessHandle.current().pid();
    image
        .client()
        .createVolumeCmd()
        .withName(name)
        .withDriver("local")
        .withDriverOpts(Map.of("type", type, "o", options, "device", "/etc"))
        .exec();
    try {
      assertThatThrownBy(
              () ->
                  image.run(
                      image
                          .shell("cat /data/shadow")
                          .withVolumes(List.of(new NamedVolume(name, "/data", true)))))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining(
              "volume \""
                  + name
                  + "\" is not a plain volume of the engine: driver local mounts /etc");
    } finally {
      image.client().removeVolumeCmd(name).exec();
    }
  }

  @Test
  void aVolumeInMemoryIsPlain() throws IOException, InterruptedException {
    String name = "sandbox-it-memory-" + ProcessHandle.current().pid();
    image
        .client()
        .createVolumeCmd()
        .withName(name)
        .withDriver("local")
        .withDriverOpts(Map.of("type", "tmpfs", "o", "size=1m,uid=1000", "device", "tmpfs"))
        .exec();
    try {
      assertThat(
              image
                  .run(
                      image
                          .shell("echo x >/data/x; cat /data/x")
                          .withVolumes(List.of(new NamedVolume(name, "/data", false))))
                  .out())
          .isEqualTo("x\n");
    } finally {
      image.client().removeVolumeCmd(name).exec();
    }
  }

  @Test
  void theCommandStartsInTheWorkingDirectory(@TempDir Path directory)
      throws IOException, InterruptedException {
    own(directory);
    Files.createDirectories(directory.resolve("packages/app"));
    for (String each : List.of("/workspace/packages/app", "/usr/lib", "/tmp", "/")) {
      RunRequest request =
          image.shell("pwd").withWorkspace(directory.toRealPath()).withWorkingDirectory(each);
      assertThat(image.run(request).out()).isEqualTo(each + "\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/no/such/directory", "/usr/missing", "/etc/passwd", "/etc/passwd/x"})
  void aWorkingDirectoryThatTheImageLacksIsRefused(String directory) {
    assertThatThrownBy(() -> image.run(image.shell("pwd").withWorkingDirectory(directory)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Use another working directory");
    assertThat(image.containers()).isEmpty();
  }

  @Test
  void nameAndLabelsAreTheContainers() throws IOException, InterruptedException {
    String name = "sandbox-it-" + ProcessHandle.current().pid();
    RunRequest request =
        image
            .shell("sleep 60")
            .withEngine(
                EngineSettings.standard()
                    .withName(name)
                    .withLabels(Map.of("team", "a b", "empty", "")));
    Thread thread = new Thread(() -> image.runQuietly(request, OutputStream.nullOutputStream()));
    thread.start();
    while (!image.has(name)) {
      Thread.sleep(50);
    }
    try {
      InspectContainerResponse container = image.client().inspectContainerCmd(name).exec();
      assertThat(container.getConfig().getLabels())
          .containsEntry("team", "a b")
          .containsEntry("empty", "")
          .containsEntry("ai.opencode.sandbox.run", "hardened");
      assertThatThrownBy(() -> image.run(request))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("The engine already has a container with the name " + name);
      assertThat(image.client().inspectContainerCmd(name).exec().getId())
          .as("the first one is left alone")
          .isEqualTo(container.getId());
    } finally {
      thread.interrupt();
      thread.join();
    }
    assertThat(image.has(name)).isFalse();
  }

  /** The kernel's list of listening sockets shows the address. */
  @ParameterizedTest
  @CsvSource({"'', 0100007F", "127.0.0.2:, 0200007F"})
  void aPortIsPublishedOnLoopbackOnly(String address, String listening) throws Exception {
    int port = freePort();
    String text = address + port + ":8080";
    try (Server server = new Server(text)) {
      String host = address.isEmpty() ? "127.0.0.1" : address.replace(":", "");
      assertThat(server.answer(host, port)).isEqualTo("hello");
      assertThat(listening(port)).containsExactly(listening);
      assertThatThrownBy(
              () ->
                  image.run(
                      image
                          .shell("true")
                          .withEngine(
                              EngineSettings.standard()
                                  .withPorts(List.of(PublishedPort.of(text))))))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("The engine cannot publish a port")
          .hasMessageContaining("Use another port or address");
    }
  }

  @Test
  void aFreePortIsTold() throws Exception {
    image.said.clear();
    try (Server server = new Server("0:8080")) {
      String told =
          image.said.stream().filter(each -> each.startsWith("publish ")).findFirst().orElseThrow();
      assertThat(told).matches("publish 127\\.0\\.0\\.1 port \\d+ is port 8080 of the container");
      int port = Integer.parseInt(told.replaceFirst(".* port (\\d+) is .*", "$1"));
      assertThat(server.answer("127.0.0.1", port)).isEqualTo("hello");
    }
  }

  @Test
  void aPortForOtherMachinesIsWarnedOf() throws Exception {
    image.said.clear();
    try (Server server = new Server("0.0.0.0:0:8080")) {
      server.requireRunning();
      assertThat(image.said)
          .anyMatch(each -> each.startsWith("Other machines may reach port 8080 of the container"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "host"})
  void aNetworkThatPublishesNothingIsRefused(String network) {
    RunRequest request =
        image
            .shell("true")
            .withOptions(SecurityOptions.hardened().withNetworkMode(network))
            .withAccepted(true)
            .withEngine(EngineSettings.standard().withPorts(List.of(PublishedPort.of(8080))));

    assertThatThrownBy(() -> image.run(request))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot publish ports");
  }

  @Test
  void theRuntimeIsPassedOnOrRefused() throws IOException, InterruptedException {
    RunRequest request = image.shell("echo started");

    assertThat(image.run(request.withEngine(image.settings().withRuntime("runc"))).out())
        .isEqualTo("started\n");
    for (String each : List.of("no-such-runtime", "io.containerd.no-such-runtime.v1")) {
      assertThatThrownBy(() -> image.run(request.withEngine(image.settings().withRuntime(each))))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining(each);
    }
    assertThat(image.containers()).isEmpty();
  }

  /** Returns the addresses at which this machine listens, as the kernel writes them. */
  private static List<String> listening(int port) throws IOException {
    List<String> addresses = new ArrayList<>();
    String end = ":" + String.format(Locale.ROOT, "%04X", port);
    for (String file : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(file))) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields[1].endsWith(end) && fields[3].equals("0A")) {
          addresses.add(fields[1].substring(0, fields[1].length() - end.length()));
        }
      }
    }
    return addresses;
  }

  /** Gives a directory to a user who is not root, for root's would be shown to no other. */
  private static void own(Path directory) throws IOException {
    if (((Number) Files.getAttribute(directory, "unix:uid")).intValue() == 0) {
      Files.setAttribute(directory, "unix:uid", 12345);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** A container that answers requests until it is closed. */
  private final class Server implements AutoCloseable {

    private static final String PROGRAM =
        "require('http').createServer((q, a) => a.end('hello')).listen(8080, () =>"
            + " console.log('listens'))";

    private final Thread thread;

    Server(String port) throws InterruptedException, IOException {
      PipedOutputStream out = new PipedOutputStream();
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(new PipedInputStream(out), StandardCharsets.UTF_8));
      RunRequest request =
          RunRequest.of(image.name())
              .withCommand(List.of("node", "-e", PROGRAM))
              .withEngine(EngineSettings.standard().withPorts(List.of(PublishedPort.of(port))));
      thread = new Thread(() -> image.runQuietly(request, out));
      thread.start();
      assertThat(lines.readLine()).isEqualTo("listens");
    }

    String answer(String host, int port) throws IOException, InterruptedException {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + "/")).build();
      return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    void requireRunning() {
      assertThat(thread.isAlive()).isTrue();
    }

    @Override
    public void close() {
      thread.interrupt();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
