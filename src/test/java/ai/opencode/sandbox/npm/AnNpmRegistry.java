package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * A registry of made-up packages, for the real npm and for this program. There is one for each
 * thing that a lock can express.
 */
final class AnNpmRegistry implements AutoCloseable {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String NODE = "#!/usr/bin/env node\n";

  /** Manifests by name and version. */
  private final Map<String, TreeMap<String, ObjectNode>> manifests = new TreeMap<>();

  private final Map<String, byte[]> tarballs = new TreeMap<>();
  private final HttpServer server;

  private AnNpmRegistry(HttpServer server) {
    this.server = server;
    server.createContext("/", this::answer);
    packages();
  }

  static AnNpmRegistry start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    AnNpmRegistry registry = new AnNpmRegistry(server);
    server.start();
    return registry;
  }

  private void packages() {
    add("leaf", "1.0.0", "");
    add("leaf", "2.0.0", "");
    add("deep", "1.0.0", "'dependencies': {'leaf': '^1.0.0'}, 'bin': 'cli.js'", "cli.js", NODE);
    add(
        "tool",
        "1.0.0",
        "'dependencies': {'deep': '^1.0.0', '@acme/util': '^1.0.0'}, 'engines': {'node': '>=1'},"
            + " 'bin': {'tool': './bin/tool.js'}",
        "bin/tool.js",
        "#!/usr/bin/env node\r\nrequire('deep')\r\n",
        "index.js",
        "module.exports = [require('deep'), require('@acme/util')]\n");
    add("@acme/util", "1.0.0", "'license': 'MIT', 'bin': 'util.js'", "util.js", NODE);
    add("one", "1.0.0", "'dependencies': {'leaf': '^1.0.0'}");
    add("two", "1.0.0", "'dependencies': {'leaf': '^2.0.0', 'same': '1.0.0'}");
    // The command of another package, too, in a name that sorts between.
    add("same", "1.0.0", "'bin': {'deep': 'other.js'}", "other.js", NODE);
    add(
        "native",
        "1.0.0",
        "'optionalDependencies': {'@native/linux-x64-gnu': '1.0.0', '@native/linux-x64-musl':"
            + " '1.0.0', '@native/linux-arm64-gnu': '1.0.0', '@native/linux-arm64-musl': '1.0.0',"
            + " '@native/darwin-arm64': '1.0.0', '@native/wasm': '1.0.0'}");
    for (String cpu : new String[] {"x64", "arm64"}) {
      String on = "'os': ['linux'], 'cpu': ['" + cpu + "'], 'libc': ";
      add("@native/linux-" + cpu + "-gnu", "1.0.0", on + "['glibc']", "native.node", "glibc");
      add("@native/linux-" + cpu + "-musl", "1.0.0", on + "['musl']", "native.node", "musl");
    }
    add("@native/darwin-arm64", "1.0.0", "'os': ['darwin'], 'cpu': ['arm64']");
    add("@native/wasm", "1.0.0", "'cpu': ['wasm32'], 'dependencies': {'leaf': '^1.0.0'}");
    add("host", "1.0.0", "");
    add("plugin", "1.0.0", "'peerDependencies': {'host': '^1.0.0', 'extra': '^1.0.0'}");
    add("extra", "1.0.0", "'dependencies': {'deep': '^1.0.0'}, 'bin': 'e.js'", "e.js", NODE);
    add(
        "shy",
        "1.0.0",
        "'peerDependencies': {'host': '^1.0.0', 'leaf': '^2.0.0'},"
            + " 'peerDependenciesMeta': {'leaf': {'optional': true}}");
    add(
        "carrier",
        "1.0.0",
        "'dependencies': {'inner': '^1.0.0', 'leaf': '^1.0.0'}, 'bundleDependencies': ['inner']",
        "node_modules/inner/package.json",
        "{\"name\": \"inner\", \"version\": \"1.0.3\", \"bin\": {\"inner\": \"i.js\"}}\n",
        "node_modules/inner/i.js",
        NODE);
    add("inner", "1.0.3", "");
    add(
        "scripted",
        "1.0.0",
        "'scripts': {'postinstall': 'exit 1'}, 'bin': {'scripted': 's.sh'}",
        "s.sh",
        "#!/bin/sh\n");
    add("tester", "1.0.0", "'dependencies': {'leaf': '^2.0.0', 'deep': '1'}, 'bin': 't.js'");
    add("ring", "1.0.0", "'dependencies': {'gnir': '^1.0.0'}");
    add(
        "gnir",
        "1.0.0",
        "'dependencies': {'ring': '^1.0.0', 'leaf': '^2.0.0'}, 'bin': {'gone': 'gone.js'}");
  }

  private void add(String name, String version, String fields, String... files) {
    ObjectNode manifest = MAPPER.createObjectNode().put("name", name).put("version", version);
    try {
      manifest.setAll((ObjectNode) MAPPER.readTree("{" + fields.replace('\'', '"') + "}"));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(fields, e);
    }
    byte[] tarball = tarball(manifest, files);
    tarballs.put(name + "@" + version, tarball);
    ObjectNode listed = manifest.deepCopy();
    if (manifest.has("scripts")) {
      listed.put("hasInstallScript", true);
    }
    listed
        .putObject("dist")
        .put("integrity", ANpmTarball.integrity(tarball).toString())
        .put("tarball", address() + name + "/-/" + NpmRegistry.tarballName(name, version));
    manifests.computeIfAbsent(name, each -> new TreeMap<>()).put(version, listed);
  }

  /** Returns a tarball whose bytes, and so its hash, do not depend on a compressor. */
  private static byte[] tarball(ObjectNode manifest, String... files) {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    try (TarWriter writer = new TarWriter(tar)) {
      write(writer, "package.json", manifest.toPrettyString() + "\n");
      write(writer, "README.md", "made up\n");
      for (int i = 0; i < files.length; i += 2) {
        write(writer, files[i], files[i + 1]);
      }
      writer.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] bytes = tar.toByteArray();
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    gzip.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff});
    for (int start = 0; start < bytes.length; start += 0xffff) {
      int length = Math.min(0xffff, bytes.length - start);
      ByteBuffer stored = ByteBuffer.allocate(5).order(ByteOrder.LITTLE_ENDIAN);
      stored.put((byte) (start + length == bytes.length ? 1 : 0));
      stored.putShort((short) length).putShort((short) ~length);
      gzip.writeBytes(stored.array());
      gzip.write(bytes, start, length);
    }
    ByteBuffer end = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    gzip.writeBytes(end.putInt((int) crc.getValue()).putInt(bytes.length).array());
    return gzip.toByteArray();
  }

  private static void write(TarWriter writer, String path, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    writer.write(
        new TarEntry.File("package/" + path, Attributes.of(0644).withOwner(501, 20), bytes.length),
        bytes);
  }

  /** Returns the address, with a slash at the end. */
  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  /** Returns the tarballs without the way over the network. */
  TarballSource tarballs() {
    return new ATarballSource(
        locked -> {
          byte[] bytes = tarballs.get(locked.id());
          if (bytes == null) {
            throw new FileNotFoundException(locked.id());
          }
          return locked
              .tarballIntegrity()
              .orElseThrow()
              .verifying(new ByteArrayInputStream(bytes), locked.id() + ".tgz");
        });
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      byte[] body = body(exchange.getRequestURI().getPath().substring(1));
      exchange.sendResponseHeaders(
          body.length == 0 ? 404 : 200, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private byte[] body(String path) {
    int dash = path.indexOf("/-/");
    if (dash >= 0) {
      String name = path.substring(0, dash);
      for (String version : manifests.getOrDefault(name, new TreeMap<>()).keySet()) {
        if (path.endsWith("/-/" + NpmRegistry.tarballName(name, version))) {
          return tarballs.getOrDefault(name + "@" + version, new byte[0]);
        }
      }
      return new byte[0];
    }
    TreeMap<String, ObjectNode> versions = manifests.get(path);
    if (versions == null) {
      return new byte[0];
    }
    return Packument.of(path, versions);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
