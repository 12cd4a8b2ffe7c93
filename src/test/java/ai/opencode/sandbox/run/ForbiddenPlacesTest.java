package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.engine.ResolvedMount;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mounts that would undo the sandbox, on a file system that the test makes below a directory. */
class ForbiddenPlacesTest {

  /** Mounts that are refused, whether writable or read-only. */
  private static final String REFUSED =
      """
      / /bin /bin/sh /boot /boot/vmlinuz /dev /dev/sda /dev/shm/x /etc /etc/shadow /etc/passwd
      /etc/ssl /etc/ssl/private /etc/ssl/private/key.pem /etc/ssh /etc/cron.d /etc/systemd
      /etc/systemd/system /etc/docker /etc/kubernetes /etc/sudoers.d /home /home/other /home/me
      /home/me/. /home/me/project/.. /home/me/.ssh /home/me/.ssh/id /home/me/.ssh/deep/er
      /home/me/.gnupg /home/me/.aws /home/me/.azure /home/me/.kube /home/me/.docker
      /home/me/.docker/run/docker.sock /home/me/.config /home/me/.config/gh /home/me/.config/gcloud
      /home/me/.config/new /home/me/.config/systemd/user /home/me/.netrc /home/me/.npmrc
      /home/me/.git-credentials /home/me/.password-store /home/me/.local /home/me/.local/bin
      /home/me/.local/share /home/me/.local/share/keyrings /home/me/.local/share/containers
      /home/me/.mozilla /home/me/.m2 /home/me/.m2/settings.xml /home/me/.claude
      /home/me/.bash_history /home/me/.bashrc /home/me/.profile /home/me/.zshrc /home/me/.gitconfig
      /home/me/.cache /home/me/.cache/opencode-sandbox /home/me/.cache/opencode-sandbox/blobs
      /home/me/.unheard-of /home/me/Library /home/me/Library/Keychains /home/me/snap
      /home/other/.ssh /home/other/.config /home/other/.bashrc /lib /lib/systemd/system /lib64
      /lib/modules /media /mnt /opt /proc /proc/self /proc/1/root /proc/self/root/etc /root
      /root/.ssh /root/project /run /run/docker.sock /run/user/1000 /run/user/1000/bus /run/media
      /sbin /sbin/init /snap /srv /sys /sys/fs/cgroup /tmp /tmp/.X11-unix /tmp/.X11-unix/X0 /usr
      /usr/bin /usr/bin/env /usr/sbin /usr/lib /usr/lib/systemd/system /usr/libexec /usr/local
      /usr/local/bin /usr/local/lib /usr/src /var /var/backups /var/cache /var/db /var/lib
      /var/lib/docker /var/lib/docker/volumes/x /var/lib/containerd /var/lib/containers
      /var/lib/kubelet /var/lib/postgresql /var/lock /var/log /var/log/journal /var/mail /var/run
      /var/run/docker.sock /var/spool /var/spool/cron /var/tmp /Users /Volumes
      /data/engine /data/engine/overlay2 /data /sockets /sockets/engine.sock /home/me/dotfiles
      /home/me/dotfiles/bashrc /home/me/keys /home/me/keys/id_linked /home/me/secret-store
      /home/me/secret-store/gh /links/to-ssh /links/to-etc /links/to-home /links/to-root
      /links/to-socket /links/to-link /links/to-shadow /links/to-cache /xdg/config /xdg/config/gh
      /xdg/cache/opencode-sandbox /xdg/cache /kube/config /kube /elsewhere/me /elsewhere
      /elsewhere/me/.ssh /alias/etc /alias/etc/ssh /alias/ssh /alias/ssh/id /alias /alias/whole
      /alias/whole/home/me/.ssh /chroot /nested /hidden/podman/podman.sock /hidden/podman
      """;

  private static final String READABLE =
      """
      /etc/localtime /etc/timezone /etc/ssl/certs /etc/ssl/certs/ca.pem /usr/share
      /usr/share/zoneinfo /usr/share/zoneinfo/Europe/Berlin /usr/share/ca-certificates
      /usr/local/share /usr/include /usr/lib/jvm /usr/lib/jvm/java-17 /etc/os-release
      /usr/lib/os-release /home/me/.config/opencode /home/me/.config/opencode/opencode.json
      """;

  private static final String FINE =
      """
      /home/me/project /home/me/project/.git /home/me/project/.ssh /home/me/project/etc
      /home/me/project/../project /home/me/project/deep/er /home/me/bin /home/me/ssh
      /home/other/shared /home/me/project/link-inside /links/to-project /opt/work /opt/work/project
      /srv/www /mnt/disk/project /media/me/stick /run/media/me/stick /tmp/project /var/tmp/project
      /var/www/site /workspace /workspace/etc /Users/shared /usrlocal /etcetera /homes /root2
      /xdg/project /sockets2 /data2/engine /alias2/project /proc2
      """;

  @TempDir private static Path directory;

  enum Layout {
    MERGED,
    UNMERGED
  }

  /** Returns the machine with a layout, made once. */
  private static synchronized Machine machine(Layout layout) throws IOException {
    Path root = directory.toRealPath().resolve(layout.name());
    Machine machine = new Machine(root);
    if (!Files.exists(root)) {
      machine.make(layout);
    }
    return machine;
  }

  private record Machine(Path root) {

    Path path(String absolute) {
      return absolute.equals("/") ? root : Path.of(root + absolute);
    }

    void make(Layout layout) throws IOException {
      for (String each : (REFUSED + READABLE + FINE).split("\\s+", -1)) {
        boolean made = each.matches("/links/.*|.*/\\.\\.?(/.*)?$|/proc/self/root.*|/alias.*");
        boolean merged =
            layout == Layout.MERGED && each.matches("/(s?bin|lib|lib64|var/run|var/lock)(/.*)?");
        if (!each.isEmpty() && !made && !merged) {
          Files.createDirectories(path(each));
        }
      }
      if (layout == Layout.MERGED) {
        for (String each : List.of("bin", "sbin", "lib", "lib64")) {
          Files.createDirectories(path("/usr/" + each));
          link("/" + each, "usr/" + each);
        }
        for (String each : List.of("/usr/bin/sh", "/usr/sbin/init", "/usr/lib/modules")) {
          Files.createDirectories(path(each));
        }
        link("/var/run", "../run");
        Files.createDirectories(path("/run/lock"));
        link("/var/lock", "../run/lock");
      }
      link("/links/to-ssh", "../home/me/.ssh");
      link("/links/to-etc", "../etc");
      link("/links/to-home", "../home/me");
      link("/links/to-root", "..");
      link("/links/to-socket", "../sockets/engine.sock");
      link("/links/to-link", "to-ssh");
      link("/links/to-shadow", "../etc/shadow");
      link("/links/to-cache", "../home/me/.cache/opencode-sandbox");
      link("/links/to-project", "../home/me/project");
      delete("/proc/self/root");
      link("/proc/self/root", "../..");
      delete("/etc/localtime");
      link("/etc/localtime", "../usr/share/zoneinfo/Europe/Berlin");
      delete("/etc/os-release");
      link("/etc/os-release", "../usr/lib/os-release");
      // A link in a home, whose target is a key.
      delete("/home/me/.bashrc");
      link("/home/me/.bashrc", "dotfiles/bashrc");
      link("/home/me/.ssh/id_linked", "../keys/id_linked");
      delete("/home/me/.config/gh");
      link("/home/me/.config/gh", "../secret-store/gh");
      link("/home/me/.config/systemd/user/a.service", "../../../../../usr/share/a.service");
      link("/home/me/project/link-inside-to-ssh", "../.ssh");
      delete("/home/me/project/link-inside");
      link("/home/me/project/link-inside", "deep");
      for (String each :
          List.of(
              "/alias/etc/ssh",
              "/alias/ssh/id",
              "/alias2/project",
              "/alias/whole/home/me/.ssh",
              "/chroot/proc",
              "/nested/deep")) {
        Files.createDirectories(path(each));
      }
      delete("/etc/passwd");
      Files.writeString(
          path("/etc/passwd"),
          """
          root:x:0:0:root:/root:/bin/sh
          daemon:x:1:1:daemon:/usr/sbin:/bin/false
          www-data:x:33:33:www:/var/www:/bin/false
          me:x:1000:1000::/home/me:/bin/sh
          other:x:1001:1001::/home/other:/bin/sh
          far:x:1002:1002::/elsewhere/me:/bin/sh
          broken
          nobody:x:65534:65534:nobody:/:/bin/false
          """);
      Files.writeString(
          path("/proc/self/mountinfo"),
          """
          1 0 8:1 / / rw - ext4 /dev/sda1 rw
          2 1 0:5 / /proc rw - proc proc rw
          3 1 8:1 /etc /alias/etc rw - ext4 /dev/sda1 rw
          4 1 8:1 /home/me/.ssh /alias/ssh rw - ext4 /dev/sda1 rw
          5 1 8:1 / /alias/whole rw - ext4 /dev/sda1 rw
          6 1 8:1 /home/me/project /alias2/project rw - ext4 /dev/sda1 rw
          7 1 0:6 / /chroot/proc rw - proc proc rw
          8 1 8:1 /home/me/.ssh/deep /nested/deep rw - ext4 /dev/sda1 rw
          9 1 8:2 / /mnt/disk\\040two rw - ext4 /dev/sdb rw
          10 1 8:1 /home/me/busy /data/engine/volumes/opencode-sandbox-0a1b2c3d-0000-4000-8000-0123456789ab/_data rw - ext4 /dev/sda1 rw
          11 1 8:1 /home/me/other-volume /data/engine/volumes/other/_data rw - ext4 /dev/sda1 rw
          12 1 8:1 /home/me/fake /data/engine/volumes/opencode-sandbox-x/_data rw - ext4 /dev/sda1 rw
          nonsense
          """);
      Files.createDirectories(path("/proc/net"));
      Files.writeString(
          path("/proc/net/unix"),
          """
          Num       RefCount Protocol Flags    Type St Inode Path
          0000: 00000002 00000000 00010000 0001 01 1 /hidden/podman/podman.sock
          0000: 00000002 00000000 00010000 0001 01 2 /home/me/project/.git/fsmonitor--daemon.ipc
          0000: 00000002 00000000 00010000 0001 01 3 @/abstract/docker
          0000: 00000003 00000000 00000000 0001 03 4
          """);
    }

    private void link(String path, String target) throws IOException {
      Files.createDirectories(path(path).getParent());
      Files.createSymbolicLink(path(path), Path.of(target));
    }

    private void delete(String path) throws IOException {
      if (!Files.exists(path(path))) {
        return;
      }
      try (Stream<Path> all = Files.walk(path(path))) {
        for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(each);
        }
      }
    }

    ForbiddenPlaces places(long uid, String... homes) {
      return new ForbiddenPlaces(
          root,
          HomeDirectories.of(root, Stream.of(homes).map(this::path).toList(), uid),
          Map.of(
              "XDG_CONFIG_HOME", root + "/xdg/config",
              "XDG_CACHE_HOME", root + "/xdg/cache",
              "KUBECONFIG", root + "/kube/config:relative:" + root + "/kube/none"),
          List.of(path("/sockets/engine.sock"), path("/run/docker.sock")),
          List.of(path("/data/engine")));
    }

    String verdict(ForbiddenPlaces places, String source, boolean readonly) {
      ResolvedMount mount = new HostMount(path(source), "/mounted", readonly).resolved();
      return places.objection(mount).orElse("fine");
    }
  }

  private static List<String> rows(String table) {
    return Stream.of(table.strip().split("\\s+", -1)).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"MERGED", "UNMERGED"})
  void refusesFilesOfTheSystemAndKeys(Layout layout) throws IOException {
    Machine machine = machine(layout);
    ForbiddenPlaces places = machine.places(1000, "/home/me");
    List<String> seen = new ArrayList<>();
    for (String source : rows(REFUSED)) {
      for (boolean readonly : List.of(true, false)) {
        if (machine.verdict(places, source, readonly).equals("fine")) {
          seen.add(source + (readonly ? ":ro" : ""));
        }
      }
    }

    assertThat(seen).isEmpty();
    assertThat(rows(REFUSED)).hasSizeGreaterThan(160);
  }

  @ParameterizedTest
  @ValueSource(strings = {"MERGED", "UNMERGED"})
  void refusesToMountPublicFilesWritable(Layout layout) throws IOException {
    Machine machine = machine(layout);
    ForbiddenPlaces places = machine.places(1000, "/home/me");

    for (String source : rows(READABLE)) {
      assertThat(machine.verdict(places, source, true)).as(source + ":ro").isEqualTo("fine");
      assertThat(machine.verdict(places, source, false)).as(source).isNotEqualTo("fine");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"MERGED", "UNMERGED"})
  void allowsProjects(Layout layout) throws IOException {
    Machine machine = machine(layout);
    ForbiddenPlaces places = machine.places(1000, "/home/me");

    for (String source : rows(FINE)) {
      assertThat(machine.verdict(places, source, false)).as(source).isEqualTo("fine");
    }
  }

  @Test
  void allowsTheWorkspaceOfAnotherRun() throws IOException {
    Machine machine = machine(Layout.MERGED);
    ForbiddenPlaces places = machine.places(1000, "/home/me");
    for (String each : List.of("busy", "other-volume", "fake")) {
      Files.createDirectories(machine.path("/home/me/" + each));
    }

    assertThat(machine.verdict(places, "/home/me/busy", false)).isEqualTo("fine");
    assertThat(machine.verdict(places, "/home/me/other-volume", false)).contains("system");
    assertThat(machine.verdict(places, "/home/me/fake", false)).contains("system");
  }

  @Test
  void anotherHomeInTheEnvironmentChangesNothing() throws IOException {
    Machine machine = machine(Layout.MERGED);

    for (String home : List.of("/nowhere", "/etc", "/", "/tmp", "/home/me/project", "/var/lib")) {
      ForbiddenPlaces places = machine.places(1000, home);
      for (String source :
          List.of(
              "/home/me",
              "/home/me/.ssh",
              "/home/me/.bashrc",
              "/home/me/dotfiles",
              "/etc/ssh",
              "/var/lib/postgresql",
              "/root/project",
              "/")) {
        assertThat(machine.verdict(places, source, false))
            .as(source + " with HOME=" + home)
            .isNotEqualTo("fine");
      }
    }
  }

  @Test
  void rootHasProjectsAtHomeToo() throws IOException {
    Machine machine = machine(Layout.MERGED);
    ForbiddenPlaces places = machine.places(0, "/root");

    assertThat(machine.verdict(places, "/root/project", false)).isEqualTo("fine");
    assertThat(machine.verdict(places, "/root", false)).contains("your home directory");
    assertThat(machine.verdict(places, "/root/.ssh", true)).contains("keys");
    assertThat(machine.verdict(places, "/home/me/.ssh", true)).contains("keys");
    assertThat(machine.verdict(places, "/home/me", true)).contains("another user");
  }

  @Test
  void namesTheKindOfPlace() throws IOException {
    Machine machine = machine(Layout.MERGED);
    ForbiddenPlaces places = machine.places(1000, "/home/me");
    Map.of(
            "/home", "your home directory",
            "/links/to-home", "your home directory",
            "/alias/whole", "your home directory",
            "/home/me/.config", "holds keys",
            "/alias/ssh/id", "holds keys",
            "/bin", "belongs to the host's system",
            "/alias/etc", "belongs to the host's system",
            "/sockets", "container engine's socket",
            "/hidden/podman", "container engine's socket",
            "/chroot", "a file system of the kernel")
        .forEach(
            (source, reason) ->
                assertThat(machine.verdict(places, source, true)).as(source).contains(reason));
  }

  @Test
  void refusesSocketsPipesAndDevices() throws Exception {
    Machine machine = machine(Layout.UNMERGED);
    ForbiddenPlaces places = machine.places(1000, "/home/me");
    Path socket = machine.path("/home/me/project/s");
    Path pipe = machine.path("/home/me/project/p");
    new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listening.bind(UnixDomainSocketAddress.of(socket));

      assertThat(machine.verdict(places, "/home/me/project/s", true)).contains("socket, pipe");
      assertThat(machine.verdict(places, "/home/me/project/p", true)).contains("socket, pipe");
    } finally {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(pipe);
    }
  }

  @Test
  void refusesASecondNameOfAKey() throws IOException {
    Machine machine = machine(Layout.UNMERGED);
    Files.writeString(machine.path("/home/me/.token"), "secret");
    Path other = machine.path("/home/me/other/harmless"); // The rest of the machine is fine.
    Files.createDirectories(other.getParent());
    Files.createLink(other, machine.path("/home/me/.token"));

    assertThat(machine.verdict(machine.places(1000, "/home/me"), "/home/me/other/harmless", true))
        .contains("keys");
  }

  @Test
  void refusesSnapshotsOfTheSystem() throws IOException {
    Machine machine = machine(Layout.MERGED);
    ForbiddenPlaces places = machine.places(1000, "/home/me");

    for (String place :
        List.of(
            "/.snapshots/1/snapshot/etc",
            "/home/.snapshots/1/snapshot/me/.ssh",
            "/home/.zfs/snapshot/a/me",
            "/.zfs/snapshot/a",
            "/sysroot/ostree/deploy/os/etc",
            "/swapfile")) {
      Files.createDirectories(machine.path(place));
      assertThat(machine.verdict(places, place, true)).as(place).isNotEqualTo("fine");
    }
    Files.createDirectories(machine.path("/home/me/project/.snapshots/a"));
    assertThat(machine.verdict(places, "/home/me/project/.snapshots/a", false)).isEqualTo("fine");
  }
}
