package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.definition.ImageDefinition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A directory with the files that a {@code sandbox.yaml} of the tests names, and links outside. */
public final class AProject {

  private static final String LOCK =
      "{\"name\":\"p\",\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"p\"}}}";

  private static final Map<String, ImageDefinition> PARENTS = parents();

  private static final Path CERTIFICATE =
      Path.of("src/test/resources/ai/opencode/sandbox/install/scripts/certificates/corp.pem");

  private final Path directory;

  private AProject(Path directory) {
    this.directory = directory;
  }

  /** Writes the files. */
  public static AProject in(Path parent) throws IOException {
    Path directory = Files.createDirectories(parent.resolve("project"));
    Path outside = Files.createDirectories(parent.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    Files.writeString(outside.resolve("package.json"), "{\"name\":\"p\"}");
    Files.writeString(outside.resolve("package-lock.json"), LOCK);
    Files.writeString(directory.resolve("acme.conf"), "acme=1\n");
    Files.write(directory.resolve("acme.rsa.pub"), ASmallUpstream.KEY.pem());
    Files.copy(CERTIFICATE, directory.resolve("acme-ca.pem"));
    Files.writeString(directory.resolve("garbled.rsa.pub"), "-----BEGIN PUBLIC KEY-----");
    Files.writeString(
        directory.resolve("private.rsa.pub"), "-----BEGIN RSA PRIVATE KEY-----\nAA==\n");
    Files.writeString(directory.resolve("empty.pem"), "");
    Files.createDirectories(directory.resolve("tools/bin"));
    Files.writeString(directory.resolve("tools/bin/tool"), "#!/bin/sh\n");
    Files.createDirectories(directory.resolve("apk"));
    Files.createDirectories(directory.resolve("agent"));
    Files.writeString(directory.resolve("agent/package.json"), "{\"name\":\"p\"}");
    Files.writeString(directory.resolve("agent/package-lock.json"), LOCK);
    Files.createDirectories(directory.resolve("broken"));
    Files.writeString(directory.resolve("broken/package.json"), "{");
    Files.writeString(directory.resolve("broken/package-lock.json"), LOCK);
    Files.createDirectories(directory.resolve("other-lock"));
    Files.writeString(
        directory.resolve("other-lock/package.json"),
        "{\"name\":\"p\",\"dependencies\":{\"left-pad\":\"1.0.0\"}}");
    Files.writeString(directory.resolve("other-lock/package-lock.json"), LOCK);
    Files.createDirectories(directory.resolve("linked"));
    Files.createSymbolicLink(directory.resolve("linked/secret"), Path.of("../../outside/secret"));
    Files.createDirectories(directory.resolve("special"));
    Files.writeString(directory.resolve("special/setuid"), "#!/bin/sh\n");
    Files.setAttribute(directory.resolve("special/setuid"), "unix:mode", 04755);
    Files.createDirectories(directory.resolve("unlocked"));
    Files.writeString(directory.resolve("unlocked/package.json"), "{\"name\":\"p\"}");
    Files.createDirectories(directory.resolve("borrowed"));
    for (String file : new String[] {"package.json", "package-lock.json"}) {
      Files.createSymbolicLink(
          directory.resolve("borrowed").resolve(file), Path.of("../../outside").resolve(file));
    }
    Files.createDirectories(directory.resolve("other"));
    Files.write(directory.resolve("other/acme.rsa.pub"), ASmallUpstream.KEY.pem());
    Files.createSymbolicLink(directory.resolve("same.pub"), Path.of("acme.rsa.pub"));
    Files.createDirectories(directory.resolve("linked-apk"));
    Files.createSymbolicLink(directory.resolve("linked-apk/x86_64"), Path.of("../../outside"));
    Files.createDirectories(directory.resolve("linked-index/v1/main/aarch64"));
    Files.createSymbolicLink(
        directory.resolve("linked-index/v1/main/aarch64/APKINDEX.tar.gz"),
        Path.of("../../../../../outside/secret"));
    Files.createSymbolicLink(directory.resolve("link-loop"), Path.of("link-loop"));
    Files.createSymbolicLink(directory.resolve("CASE.txt"), Path.of("../outside/secret"));
    Files.createDirectories(directory.resolve("index-dir/x86_64/APKINDEX.tar.gz"));
    Files.createDirectories(directory.resolve("npm-dirs/package.json"));
    Files.createDirectories(directory.resolve("npm-dirs/package-lock.json"));
    Files.createDirectories(directory.resolve("wh"));
    Files.writeString(directory.resolve("wh/.wh..wh..opq"), "");
    Files.createDirectories(directory.resolve("control"));
    Files.writeString(directory.resolve("control/a\nb"), "");
    Files.createDirectories(directory.resolve("absolute"));
    Files.createDirectories(directory.resolve("looped"));
    Files.createSymbolicLink(directory.resolve("looped/out"), Path.of("../looped/../acme.conf"));
    Files.createSymbolicLink(directory.resolve("link-out"), Path.of("../outside/secret"));
    Files.createSymbolicLink(directory.resolve("link-dir"), Path.of("../outside"));
    Files.createSymbolicLink(directory.resolve("link-in"), Path.of("acme.conf"));
    Files.createSymbolicLink(directory.resolve("dangling"), Path.of("nowhere"));
    return new AProject(directory);
  }

  public Path file() {
    return directory.resolve(SandboxFile.NAME);
  }

  public Path directory() {
    return directory;
  }

  AProject with(String text) throws IOException {
    return with(text.getBytes(StandardCharsets.UTF_8));
  }

  AProject with(byte[] bytes) throws IOException {
    Files.write(file(), bytes);
    return this;
  }

  SandboxFile read() throws IOException {
    return SandboxFile.read(file(), PARENTS, false, Contents.READ);
  }

  SandboxFile readWithOutside() throws IOException {
    return SandboxFile.read(file(), PARENTS, true, Contents.READ);
  }

  private static Map<String, ImageDefinition> parents() {
    Map<String, ImageDefinition> parents = new LinkedHashMap<>();
    for (ImageDefinition each :
        new ImageDefinition[] {
          SandboxImages.base(), SandboxImages.developer(), SandboxImages.agent()
        }) {
      parents.put(each.name().replace("opencode-sandbox-", ""), each);
      parents.put(each.name(), each);
    }
    return parents;
  }

  /** Adds links to files of this machine, until they are removed. */
  public void linkToTheMachine() throws IOException {
    Files.createSymbolicLink(directory.resolve("zero"), Path.of("/dev/zero"));
    Files.createSymbolicLink(directory.resolve("absolute/shadow"), Path.of("/etc/shadow"));
  }

  /** Removes these links, of which JUnit would warn when it deletes the directory. */
  public void unlinkFromTheMachine() throws IOException {
    Files.deleteIfExists(directory.resolve("zero"));
    Files.deleteIfExists(directory.resolve("absolute/shadow"));
  }
}
