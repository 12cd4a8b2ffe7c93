package ai.opencode.sandbox.inspect.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageRootTest {

  private final List<String> flaws = new ArrayList<>();

  @TempDir private Path work;

  @Test
  void upperLayersReplaceAndTakeAway() throws IOException {
    ImageRoot root =
        read(
            layer("d/", "d/a=one", "d/b=two", "e/", "e/c=three", "link->d"),
            layer("d/a=four", "d/.wh.b=", "e/.wh..wh..opq=", "e/new=five"));
    assertThat(root.entries())
        .extracting(RootEntry::path)
        .containsExactly("d", "d/a", "e", "e/new", "link");
    assertThat(root.at("d/a").orElseThrow().layer()).isEqualTo(2);
    assertThat(root.layers().get(0).hiddenBytes()).isEqualTo(11);
    assertThat(flaws).isEmpty();
  }

  @Test
  void aDirectoryOverADirectoryChangesItsAttributesAlone() throws IOException {
    ImageRoot root = read(layer("d/", "d/a=one"), layer("d/"));
    assertThat(root.at("d/a")).isPresent();
    assertThat(root.at("d").orElseThrow().layer()).isEqualTo(2);
  }

  @Test
  void aFileOverADirectoryTakesAllOfItAway() throws IOException {
    ImageRoot root = read(layer("d/", "d/a=one"), layer("d=file"));
    assertThat(root.entries()).extracting(RootEntry::path).containsExactly("d");
  }

  @Test
  void aWhiteoutDoesNotTouchItsOwnLayer() throws IOException {
    ImageRoot root = read(layer("d/", "d/a=one"), layer("d/a=two", "d/.wh.a="));
    assertThat(root.at("d/a").orElseThrow().layer()).isEqualTo(2);
  }

  @Test
  void linksAreFollowedInsideTheImage() throws IOException {
    ImageRoot root =
        read(
            layer(
                "a/",
                "a/file=x",
                "abs->/a",
                "up->../../../a",
                "file->abs/../up/file",
                "loop->loop2",
                "loop2->loop"));
    assertThat(root.follow("/file").orElseThrow().path()).isEqualTo("a/file");
    assertThat(root.follow("loop")).isEmpty();
    assertThat(root.follow("abs/none")).isEmpty();
    assertThat(root.follow("/").orElseThrow().isDirectory()).isTrue();
    assertThat(root.locate("abs/file").orElseThrow().path()).isEqualTo("a/file");
    assertThat(root.locate("/loop").orElseThrow().isLink()).isTrue();
  }

  @Test
  void aHardLinkIsTheFileAndGivesItItsAttributes() throws IOException {
    ImageRoot root = read(layer("a=text", "b=>a"));
    RootEntry second = root.at("b").orElseThrow();
    assertThat(second.sha1()).isEqualTo(root.at("a").orElseThrow().sha1());
    assertThat(second.size()).isZero();
    assertThat(root.at("a").orElseThrow().mode()).isEqualTo(0600);
  }

  @Test
  void readsTheInterpretersOfScripts() throws IOException {
    ImageRoot root =
        read(layer("a=#!/bin/sh -e\n", "b=#! /usr/bin/env node\n", "c=#!/usr/bin/env -S x -y\n"));
    assertThat(root.at("a").orElseThrow().script()).isEqualTo("/bin/sh");
    assertThat(root.at("b").orElseThrow().script()).isEqualTo("/usr/bin/env node");
    assertThat(root.at("c").orElseThrow().script()).isEqualTo("/usr/bin/env x");
  }

  @Test
  void allLayersTogetherHaveABudget() throws IOException {
    byte[] blob = layer("a=" + "x".repeat(5000));
    ImageBudget three = new ImageBudget(10, 3L * blob.length);
    ImageRoot root = read(three, blob, blob, blob);
    assertThat(root.unpackedBytes()).isEqualTo(3L * blob.length);
    assertThat(flaws).isEmpty();

    ImageBudget less = new ImageBudget(10, 3L * blob.length - 1);
    assertThatThrownBy(() -> read(less, blob, blob, blob))
        .isInstanceOf(VerificationException.class)
        .hasMessage(
            "The image's layers together have more than the "
                + (3L * blob.length - 1)
                + " bytes that are read of an image. Make it smaller, or use another image.");
    assertThat(flaws).isEmpty();
  }

  @Test
  void countsTheUnpackedSizeOfSmallBlobs() throws IOException {
    byte[] archive = layer("a=" + "x".repeat(50_000));
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(packed)) {
      gzip.write(archive);
    }
    byte[] blob = packed.toByteArray();

    assertThatThrownBy(() -> read(new ImageBudget(10, 100_000), blob, blob, blob))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("more than the 100000 bytes unpacked that are read of an image");
  }

  @Test
  void theNumberOfLayersIsBounded() throws IOException {
    byte[] blob = layer("a=text");
    read(new ImageBudget(2, 1 << 20), blob, blob);

    assertThatThrownBy(() -> read(new ImageBudget(2, 1 << 20), blob, blob, blob))
        .isInstanceOf(VerificationException.class)
        .hasMessage(
            "The image has 3 layers, but at most 2 are read. Build it with fewer layers, or use"
                + " another image.");
  }

  private ImageRoot read(byte[]... archives) throws IOException {
    return read(new ImageBudget(), archives);
  }

  private ImageRoot read(ImageBudget budget, byte[]... archives) throws IOException {
    List<Layer> layers = new ArrayList<>();
    for (byte[] archive : archives) {
      layers.add(
          new Layer(layers.size() + 1, null, null, "", () -> new ByteArrayInputStream(archive)));
    }
    return ImageRoot.read(
        layers, work, (id, where, message) -> flaws.add(id + " " + where), false, budget);
  }

  /**
   * Returns a layer with entries in the forms {@code directory/}, {@code file=content}, {@code
   * link->target}, {@code name=>hard link}.
   */
  private static byte[] layer(String... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(bytes);
    for (String entry : entries) {
      Attributes attributes = Attributes.of(0755);
      if (entry.endsWith("/")) {
        String path = entry.substring(0, entry.length() - 1);
        tar.write(new TarEntry.Directory(path, attributes));
      } else if (entry.contains("=>")) {
        String[] parts = entry.split("=>", 2);
        tar.write(new TarEntry.HardLink(parts[0], Attributes.of(0600), parts[1]));
      } else if (entry.contains("->")) {
        String[] parts = entry.split("->", 2);
        tar.write(new TarEntry.SymbolicLink(parts[0], attributes, parts[1]));
      } else {
        String[] parts = entry.split("=", 2);
        byte[] content = parts[1].getBytes(StandardCharsets.UTF_8);
        tar.write(new TarEntry.File(parts[0], attributes, content.length), content);
      }
    }
    tar.finish();
    return bytes.toByteArray();
  }
}
