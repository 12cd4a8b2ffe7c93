package ai.opencode.sandbox;

import static ai.opencode.sandbox.records.AForgery.addedTo;
import static ai.opencode.sandbox.records.AForgery.after;
import static ai.opencode.sandbox.records.AForgery.flipped;
import static ai.opencode.sandbox.records.AForgery.replaced;
import static ai.opencode.sandbox.records.AForgery.start;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.AFleet.Machine;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.records.AForgery;
import ai.opencode.sandbox.records.CarriedRecords;
import ai.opencode.sandbox.registry.ARegistry;
import ai.opencode.sandbox.registry.server.Answer;
import ai.opencode.sandbox.registry.server.IncomingRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Former images that are damaged, forged or of others. Image, lock and cache are those of a build
 * from nothing, all the same.
 */
class HostileCacheTest {

  private static final ImageDefinition IMAGE = AFleet.image("tool");
  private static final ImageDefinition MORE = AFleet.image("tool", "extra");

  private static final ImageDefinition CHILD =
      ImageDefinition.from(IMAGE, "child").withPackages("extra");

  @TempDir private static Path directory;
  private static AFleet fleet;
  private static ARegistry registry;
  private static BlobStore store;
  private static final Map<String, Descriptor> TAGS = new ConcurrentHashMap<>();
  private static final Map<String, ARegistry.Gate> GATES = new ConcurrentHashMap<>();
  private static final Map<String, Descriptor> PUBLISHED = new ConcurrentHashMap<>();
  private static final Set<Set<String>> LATER = ConcurrentHashMap.newKeySet();
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /** The results of a build from nothing. */
  private record Honest(
      ImageDefinition definition,
      BuiltImage image,
      String lock,
      Digest second,
      Set<String> records) {

    static Honest of(ImageDefinition definition) throws IOException {
      Machine machine = fleet.machine();
      BuiltImage image = machine.build(definition);
      Set<String> records = new HashSet<>(recordsOf(machine));
      Digest second = later(machine).build(definition).index().digest();
      records.addAll(recordsOf(machine));
      return new Honest(definition, image, machine.lockText(), second, records);
    }
  }

  private static Honest same;
  private static Honest changed;
  private static Honest child;

  @BeforeAll
  static void publish() throws IOException {
    fleet = AFleet.in(directory);
    registry = ARegistry.behind(directory.resolve("registry"), HostileCacheTest::answer);
    store = new BlobStore(directory.resolve("registry"));
    Machine origin = fleet.machine();
    PUBLISHED.put("small", origin.send(IMAGE, registry.address() + "/team/").index());
    PUBLISHED.put("child", origin.send(CHILD, registry.address() + "/team/").index());
    PUBLISHED.put("more", fleet.machine().send(MORE, registry.address() + "/more/").index());
    same = Honest.of(IMAGE);
    changed = Honest.of(MORE);
    child = Honest.of(CHILD);
  }

  @AfterAll
  static void close() throws IOException {
    registry.close();
    fleet.close();
  }

  private static @Nullable Answer answer(IncomingRequest request, int number) throws IOException {
    Path path = Path.of(request.path());
    ARegistry.Gate gate = path.getNameCount() > 1 ? GATES.get(path.getName(1).toString()) : null;
    Answer own = gate == null ? null : gate.answer(request, number);
    if (own != null) {
      return own;
    }
    Descriptor tagged = TAGS.get(request.path());
    return tagged == null
        ? null
        : Answer.of(200)
            .with("Content-Type", tagged.mediaType())
            .with(new Answer.Bytes(store.read(tagged.digest())));
  }

  /** The use of a former image. */
  private enum Fate {
    /** It is used, but for what is found wrong where it is read. */
    USED,
    /** It is not read. */
    UNREADABLE,
    /** It was used and proved wrong, so that the build was done again. */
    DISPROVED
  }

  /** A former image in a place of its own. */
  private static final class Trial {
    final String place = "case" + NUMBERS.incrementAndGet();

    void gate(ARegistry.Gate gate) {
      GATES.put(place, gate);
    }

    /** Gives another answer for a blob or a manifest. */
    void instead(Digest digest, Answer answer) {
      gate((request, number) -> request.path().endsWith(digest.toString()) ? answer : null);
    }

    void without(Digest digest) {
      instead(digest, Answer.error(404, "BLOB_UNKNOWN", "not here"));
    }

    void tag(String image, Descriptor root) {
      TAGS.put("/v2/" + place + "/" + image + "/manifests/dev", root);
    }

    String source() {
      return registry.address() + "/" + place + "/:dev";
    }
  }

  private interface Forging {
    Descriptor of(AForgery image, Trial trial) throws IOException;
  }

  private record Case(String name, boolean changes, Fate fate, Forging forging) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Case> CASES = new ArrayList<>();

  private static void same(String name, Fate fate, Forging forging) {
    CASES.add(new Case(name, false, fate, forging));
  }

  private static void changed(String name, Fate fate, Forging forging) {
    CASES.add(new Case(name, true, fate, forging));
  }

  private static Forging each(String kind, UnaryOperator<byte[]> change) {
    return (image, trial) -> image.each(kind, change).write();
  }

  static {
    controls();
    blobs();
    factsOfTheSame();
    listsOfAnother();
    mixtures();
    documents();
    emptyPromises();
    registries();
  }

  private static void controls() {
    same("nothing is forged", Fate.USED, (image, trial) -> image.write());
    changed("nothing is forged, and a package is new", Fate.USED, (image, trial) -> image.write());
  }

  private static void blobs() {
    same(
        "the facts are missing",
        Fate.UNREADABLE,
        (image, trial) -> {
          trial.without(image.carried().get(0).digest());
          return image.write();
        });
    same(
        "the facts end early",
        Fate.UNREADABLE,
        (image, trial) -> {
          byte[] whole = bytes(image.carried().get(0));
          trial.instead(
              image.carried().get(0).digest(),
              Answer.of(200).with(new Answer.Bytes(Arrays.copyOf(whole, whole.length / 2))));
          return image.write();
        });
    same(
        "the facts have another byte than their digest",
        Fate.UNREADABLE,
        (image, trial) -> {
          byte[] whole = bytes(image.carried().get(0));
          trial.instead(
              image.carried().get(0).digest(),
              Answer.of(200).with(new Answer.Bytes(flipped(whole, whole.length / 2))));
          return image.write();
        });
    same("the facts are not compressed", Fate.UNREADABLE, (image, trial) -> raw(image));
    same(
        "the facts inflate to more than is allowed",
        Fate.UNREADABLE,
        (image, trial) -> image.facts(all -> new byte[33 << 20]).write());
    same(
        "the facts have another form",
        Fate.UNREADABLE,
        (image, trial) -> image.facts(all -> addedTo(all, start(all) - 8, 1)).write());
    same(
        "bytes follow the facts",
        Fate.UNREADABLE,
        (image, trial) -> image.facts(all -> Arrays.copyOf(all, all.length + 1)).write());
    same(
        "a kind of record leads out of the cache",
        Fate.UNREADABLE,
        (image, trial) -> image.facts(all -> replaced(all, "builds", "../../")).write());
    same(
        "the facts name other lists",
        Fate.UNREADABLE,
        (image, trial) ->
            image.naming(all -> Descriptor.of(all.mediaType(), AForgery.nothing(), 9)).write());
    changed(
        "the lists are missing",
        Fate.DISPROVED,
        (image, trial) -> {
          trial.without(image.carried().get(1).digest());
          return image.write();
        });
    changed(
        "the lists inflate to more than is allowed",
        Fate.DISPROVED,
        (image, trial) -> image.files(all -> new byte[33 << 20]).write());
    changed(
        "a kind of list leads out of the cache",
        Fate.DISPROVED,
        (image, trial) -> image.files(all -> replaced(all, "roots", "../..")).write());
    changed(
        "the lists are empty",
        Fate.USED,
        (image, trial) -> {
          image.files.clear();
          return image.write();
        });
  }

  private static void factsOfTheSame() {
    same("another size on disk", Fate.USED, each("builds", all -> addedTo(all, start(all), 4096)));
    same(
        "a size on disk of 8 EiB",
        Fate.USED,
        each("builds", all -> addedTo(all, start(all), Long.MAX_VALUE / 2)));
    same(
        "a negative size on disk",
        Fate.USED,
        each("builds", all -> addedTo(all, start(all), Long.MIN_VALUE)));
    same(
        "two thousand million layers",
        Fate.USED,
        each("builds", all -> with(all, start(all) + 8, Integer.MAX_VALUE)));
    same(
        "another layer in the record than in the image",
        Fate.USED,
        each("builds", all -> flipped(all, after(all, "tar+gzip") + 5)));
    same(
        "records of another program version",
        Fate.USED,
        each("builds", all -> addedTo(all, start(all) - 8, -1)));
    same(
        "evidence of other layers",
        Fate.DISPROVED,
        (image, trial) -> image.rotate("evidence").write());
    same(
        "an npm package that is not there",
        Fate.DISPROVED,
        each(
            "evidence",
            all -> text(all).contains("left-pad") ? replaced(all, "1.0.0", "6.6.6") : all));
    same(
        "a Go module that is not there",
        Fate.DISPROVED,
        each("evidence", HostileCacheTest::withGoModule));
    same(
        "another package in apk's list",
        Fate.DISPROVED,
        each("databases", all -> replaced(all, "library", "libravy")));
    same("heads of other packages", Fate.USED, (image, trial) -> image.rotate("heads").write());
    same("another signature", Fate.DISPROVED, each("heads", all -> flipped(all, start(all) + 40)));
    same(
        "facts about another place",
        Fate.USED,
        (image, trial) -> {
          image.place = new RecordKey("builds", AForgery.nothing());
          return image.write();
        });
  }

  private static void listsOfAnother() {
    changed(
        "another key of the base image",
        Fate.DISPROVED,
        each("keys", all -> replaced(all, "test.rsa.pub", "tesu.rsa.pub")));
    changed(
        "another mode of a file of the base image",
        Fate.DISPROVED,
        each("roots", all -> addedTo(all, after(all, "etc/passwd") + 8, 0111)));
    changed(
        "another owner of a file of the base image",
        Fate.DISPROVED,
        each("roots", all -> addedTo(all, after(all, "etc/passwd") + 16, 5)));
    changed(
        "a file more in the base image", Fate.DISPROVED, each("roots", HostileCacheTest::withFile));
    changed(
        "other content of a file of the base image",
        Fate.DISPROVED,
        each("roots", all -> replaced(all, "tools:x:77:78", "tools:x:00:78")));
    changed(
        "files of another package", Fate.USED, (image, trial) -> image.rotate("packages").write());
    changed(
        "another mode of a package's file",
        Fate.DISPROVED,
        each(
            "packages",
            all ->
                text(all).contains("usr/bin/tool")
                    ? addedTo(all, after(all, "usr/bin/tool"), 04000)
                    : all));
    changed(
        "another script of an npm package",
        Fate.DISPROVED,
        each("scripts", all -> replaced(all, "build.js", "built.js")));
    changed("another layer", Fate.DISPROVED, (image, trial) -> image.rotate("layers").write());
    changed(
        "a layer that is not there",
        Fate.DISPROVED,
        (image, trial) -> {
          trial.without(layerOfNpm(image));
          return image.write();
        });
    changed(
        "a layer with another diff ID",
        Fate.DISPROVED,
        each("layers", all -> flipped(all, start(all) + 32 + 8 + 3)));
    changed(
        "a layer with another inflated size",
        Fate.DISPROVED,
        each("layers", all -> addedTo(all, start(all) + 32 + 8 + 32, 512)));
    changed(
        "a layer of 8 EiB",
        Fate.DISPROVED,
        each("layers", all -> addedTo(all, start(all) + 72, Long.MAX_VALUE / 2)));
    changed(
        "layers of another size than in the manifest",
        Fate.USED,
        each("layers", all -> addedTo(all, start(all) + 32, 1)));
    changed(
        "another inflated size", Fate.DISPROVED, each("sizes", all -> addedTo(all, start(all), 1)));
  }

  /** Former images in which the lock's own facts are, with others that they do not prove. */
  private static void mixtures() {
    same(
        "other facts that lead to the lock's facts",
        Fate.USED,
        (image, trial) -> {
          AForgery other = another();
          other.each("builds", all -> addedTo(all, start(all), 4096));
          return beside(image, other);
        });
    same(
        "evidence in other facts that lead to the lock's facts",
        Fate.USED,
        (image, trial) -> {
          AForgery other = another();
          other.each(
              "evidence",
              all -> text(all).contains("left-pad") ? replaced(all, "1.0.0", "6.6.6") : all);
          return beside(image, other);
        });
    same(
        "statements of others",
        Fate.USED,
        (image, trial) -> {
          Descriptor lie =
              store.put(
                  MediaType.MANIFEST,
                  new Manifest(image.manifest.config(), List.of(), Map.of("lie", "1")).toJson());
          AForgery other = another();
          byte[] record = ImageAssembly.manifestRecord(lie, image.place).getValue();
          for (String each : same.records) {
            if (each.startsWith("attestations/")) {
              String key = each.substring("attestations/".length(), each.indexOf(' '));
              other.facts.put(
                  new RecordKey("attestations", new Digest(key)),
                  ofKind(record, "attestations", 3));
            }
          }
          trial.tag("small", store.put("x", new byte[0]));
          other.statements.clear();
          image.before.add(lie);
          return beside(image, other);
        });
  }

  private static AForgery another() throws IOException {
    return AForgery.of(store, published("small"));
  }

  /** Lists the records of another forgery first, which lead to the image's own facts. */
  private static Descriptor beside(AForgery image, AForgery other) throws IOException {
    Descriptor written = image.write();
    Descriptor manifest =
        ImageIndex.parse(store.read(written.digest()), "the index").images().get(0);
    List<Descriptor> own = image.carried();
    Map.Entry<RecordKey, byte[]> made = ImageAssembly.manifestRecord(manifest, image.place);
    other.facts.put(made.getKey(), made.getValue());
    other.facts.put(
        new RecordKey("carried", image.place.key()),
        AForgery.leading(new CarriedRecords(own.get(0), own.get(1)), image.place));
    other.place = new RecordKey("builds", AForgery.nothing());
    image.before.addAll(other.carried());
    return image.write();
  }

  private static void documents() {
    same(
        "a manifest in another spelling",
        Fate.USED,
        (image, trial) -> image.manifest(all -> text(all, "{", "{ ")).write());
    same(
        "a manifest with addresses of its layers",
        Fate.USED,
        (image, trial) ->
            image
                .manifest(
                    all ->
                        text(all, "tar+gzip\",", "tar+gzip\",\"urls\":[\"http://127.0.0.1:1/\"],"))
                .write());
    same(
        "a manifest with other annotations",
        Fate.USED,
        (image, trial) ->
            image.manifest(all -> text(all, "made for a test", "made by another")).write());
    same(
        "another time of creation",
        Fate.USED,
        (image, trial) -> image.config(all -> text(all, "2023-11-14", "2033-11-14")).write());
    same(
        "a configuration with a field more",
        Fate.USED,
        (image, trial) -> image.config(all -> text(all, "{", "{\"author\":\"another\",")).write());
    same(
        "a configuration of another command",
        Fate.USED,
        (image, trial) ->
            image.config(all -> text(all, "\"Cmd\":[\"sh\"]", "\"Cmd\":[\"evil\"]")).write());
    same(
        "a configuration of 5 MiB",
        Fate.DISPROVED,
        (image, trial) ->
            image
                .config(all -> text(all, "{", "{\"author\":\"" + "x".repeat(5 << 20) + "\","))
                .write());
    same(
        "no configuration",
        Fate.UNREADABLE,
        (image, trial) -> {
          image.config(all -> text(all, "{", "{\"author\":\"y\","));
          Descriptor root = image.write();
          trial.gate((request, number) -> lacks(request, configOf(root)));
          return root;
        });
    same(
        "layers of other sizes",
        Fate.DISPROVED,
        (image, trial) -> {
          image.manifest =
              new Manifest(
                  image.manifest.config(),
                  image.manifest.layers().stream()
                      .map(each -> Descriptor.of(each.mediaType(), each.digest(), each.size() + 1))
                      .toList(),
                  image.manifest.annotations());
          return image.write();
        });
    same(
        "a manifest that is not there",
        Fate.UNREADABLE,
        (image, trial) ->
            store.put(
                MediaType.INDEX,
                new ImageIndex(
                        List.of(
                            Descriptor.of(MediaType.MANIFEST, AForgery.nothing(), 500)
                                .withPlatform(Platform.LINUX_AMD64)),
                        Map.of())
                    .toJson()));
    same(
        "an index of indexes",
        Fate.UNREADABLE,
        (image, trial) ->
            store.put(
                MediaType.INDEX,
                new ImageIndex(List.of(image.write().withPlatform(Platform.LINUX_AMD64)), Map.of())
                    .toJson()));
    same(
        "two images for the platform",
        Fate.UNREADABLE,
        (image, trial) -> {
          Descriptor one =
              ImageIndex.parse(store.read(image.write().digest()), "index").images().get(0);
          return store.put(MediaType.INDEX, new ImageIndex(List.of(one, one), Map.of()).toJson());
        });
    same(
        "ten thousand records",
        Fate.UNREADABLE,
        (image, trial) -> {
          for (int i = 0; i < 5_000; i++) {
            Digest digest = Digest.sha256("none " + i);
            image.before.add(Descriptor.of(CarriedRecords.FACTS, digest, 100));
            image.before.add(Descriptor.of(CarriedRecords.FILES, digest, 100));
          }
          return image.write();
        });
    same(
        "ten thousand layers",
        Fate.USED,
        (image, trial) -> {
          for (int i = 0; i < 10_000; i++) {
            image.before.add(
                Descriptor.of(MediaType.LAYER_GZIP, Digest.sha256("none " + i), Long.MAX_VALUE));
          }
          return image.write();
        });
    same(
        "records of 140 MB together",
        Fate.UNREADABLE,
        (image, trial) -> {
          AForgery big = another();
          big.facts.put(new RecordKey("builds", AForgery.nothing()), new byte[20_000_000]);
          for (int i = 0; i < 7; i++) {
            image.before.addAll(big.carried());
          }
          return image.write();
        });
    same(
        "records of 8 EiB",
        Fate.UNREADABLE,
        (image, trial) -> {
          image.before.add(Descriptor.of(CarriedRecords.FACTS, AForgery.nothing(), Long.MAX_VALUE));
          image.before.add(Descriptor.of(CarriedRecords.FILES, AForgery.nothing(), Long.MAX_VALUE));
          return image.write();
        });
    same("the image of another lock", Fate.USED, (image, trial) -> published("more"));
    same("another image of the same packages", Fate.USED, (image, trial) -> published("child"));
    same(
        "an image without an index",
        Fate.UNREADABLE,
        (image, trial) ->
            ImageIndex.parse(store.read(image.write().digest()), "index").images().get(0));
  }

  /** Former images without records, whose registry has promised layers that it does not have. */
  private static void emptyPromises() {
    same(
        "an image without an index and its layers",
        Fate.UNREADABLE,
        (image, trial) -> {
          trial.without(image.manifest.layers().get(0).digest());
          return ImageIndex.parse(store.read(image.write().digest()), "index").images().get(0);
        });
    same(
        "an image without records and its layers",
        Fate.DISPROVED,
        (image, trial) -> {
          trial.without(image.manifest.layers().get(0).digest());
          Descriptor one =
              ImageIndex.parse(store.read(image.write().digest()), "index").images().get(0);
          return store.put(MediaType.INDEX, new ImageIndex(List.of(one), Map.of()).toJson());
        });
    same(
        "an image with damaged records and without its layers",
        Fate.DISPROVED,
        (image, trial) -> {
          Set<Digest> missing =
              Set.of(image.manifest.layers().get(0).digest(), image.carried().get(0).digest());
          trial.gate(
              (request, number) ->
                  missing.stream().anyMatch(each -> request.path().endsWith(each.toString()))
                      ? Answer.error(404, "BLOB_UNKNOWN", "not here")
                      : null);
          return image.write();
        });
  }

  private static void registries() {
    same(
        "a registry that answers 500",
        Fate.UNREADABLE,
        (image, trial) -> {
          trial.gate((request, number) -> Answer.error(500, "UNKNOWN", "broken"));
          return image.write();
        });
    same(
        "a registry that closes the connection",
        Fate.UNREADABLE,
        (image, trial) -> {
          trial.gate(
              (request, number) -> {
                throw new SocketException("closed by the test");
              });
          return image.write();
        });
    same(
        "a registry that gives other content for each digest",
        Fate.UNREADABLE,
        (image, trial) -> {
          Descriptor root = image.write();
          trial.gate(
              (request, number) ->
                  request.path().contains("sha256:")
                      ? Answer.of(200)
                          .with("Content-Type", MediaType.MANIFEST)
                          .with(new Answer.Bytes(image.manifest.toJson()))
                      : null);
          return root;
        });
    same(
        "a registry without the layers",
        Fate.DISPROVED,
        (image, trial) -> {
          Set<Digest> layers = new HashSet<>();
          image.manifest.layers().forEach(each -> layers.add(each.digest()));
          trial.gate(
              (request, number) ->
                  layers.stream().anyMatch(each -> request.path().endsWith(each.toString()))
                      ? Answer.error(404, "BLOB_UNKNOWN", "not here")
                      : null);
          return image.write();
        });
    same(
        "a registry that gives layers of other content",
        Fate.DISPROVED,
        (image, trial) -> {
          Descriptor layer = image.manifest.layers().get(1);
          trial.instead(
              layer.digest(), Answer.of(200).with(new Answer.Bytes(flipped(bytes(layer), 100))));
          return image.write();
        });
    same(
        "a place that does not exist",
        Fate.UNREADABLE,
        (image, trial) -> {
          trial.gate((request, number) -> Answer.error(404, "NAME_UNKNOWN", "no such repository"));
          return image.write();
        });
  }

  static Stream<Case> cases() {
    return CASES.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void costsTimeAndNothingElse(Case each) throws IOException {
    Trial trial = new Trial();
    Descriptor root = each.forging.of(AForgery.of(store, published("small")), trial);
    trial.tag("small", root);
    Machine machine = fleet.machine().with((each.changes ? changed : same).lock);

    requireHonest(machine.from(trial.source()), each.changes ? changed : same, each.fate);
  }

  private static void requireHonest(Machine machine, Honest honest, Fate fate) throws IOException {
    assertThat(machine.build(honest.definition).index()).isEqualTo(honest.image.index());

    assertThat(fate(machine)).as("%s", machine.said()).isEqualTo(fate);
    assertThat(machine.lockText()).isEqualTo(honest.lock);
    Set<String> records = recordsOf(machine);
    assertThat(honest.records).containsAll(records);
    // Equal records give an equal build.
    if (!LATER.add(Set.copyOf(records))) {
      return;
    }
    assertThat(later(machine).build(honest.definition).index().digest())
        .as("a later build with this cache alone")
        .isEqualTo(honest.second);
  }

  private static Fate fate(Machine machine) {
    if (machine.wasDisproved()) {
      return Fate.DISPROVED;
    }
    List<String> said = machine.saidOfFormer();
    assertThat(said).as("%s", machine.said()).hasSize(2);
    return said.get(1).startsWith("cache: former images in ") ? Fate.USED : Fate.UNREADABLE;
  }

  @Test
  void recordsOfAParentThatIsNotAskedForAreCompared() throws IOException {
    AForgery parent = AForgery.of(store, published("small"));
    parent.each("builds", all -> addedTo(all, start(all), 4096));
    AForgery forged = AForgery.of(store, published("child"));
    forged.statements.removeIf(each -> each.mediaType().equals(CarriedRecords.FACTS));
    forged.statements.removeIf(each -> each.mediaType().equals(CarriedRecords.FILES));
    forged.statements.addAll(parent.carried());
    Trial trial = new Trial();
    trial.tag("child", forged.write());

    Machine machine = fleet.machine().with(child.lock);
    requireHonest(machine.from(trial.source()), child, Fate.USED);
  }

  @Test
  void aChildIsTakenWithItsParentsRecords() throws IOException {
    Trial trial = new Trial();
    trial.tag("child", AForgery.of(store, published("child")).write());

    Machine machine = fleet.machine().with(child.lock);
    requireHonest(machine.from(trial.source()), child, Fate.USED);
  }

  @Test
  void aLockedBuildGivesUpAForgedCacheAndMatchesItsLock() throws IOException {
    Trial trial = new Trial();
    trial.tag("small", AForgery.of(store, published("small")).rotate("layers").write());
    Machine machine = fleet.machine().with(changed.lock).from(trial.source());
    machine = machine.change(each -> each.withLockFile(each.lock().file(), true));

    requireHonest(machine, changed, Fate.DISPROVED);
  }

  @Test
  void usesASecondPlaceIfTheFirstIsDamaged() throws IOException {
    Trial damaged = new Trial();
    AForgery image = AForgery.of(store, published("small"));
    damaged.without(image.carried().get(0).digest());
    damaged.tag("small", image.write());
    Trial whole = new Trial();
    whole.tag("small", published("small"));

    Machine machine = fleet.machine().with(same.lock).from(damaged.source(), whole.source());

    assertThat(machine.build(IMAGE).index()).isEqualTo(same.image.index());
    assertThat(machine.wasDisproved()).isFalse();
    assertThat(machine.said()).anyMatch(each -> each.contains("(nothing has changed)"));
  }

  @Test
  void buildsAgainWhenALentLayerIsLostWhileItIsSent() throws IOException {
    Trial trial = new Trial();
    AForgery image = AForgery.of(store, published("small"));
    Descriptor root = image.write();
    trial.tag("small", root);
    trial.without(image.manifest.layers().get(0).digest());
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    try (ARegistry target = AFleet.registry(elsewhere)) {
      Machine machine = fleet.machine().with(same.lock).from(trial.source());

      assertThat(machine.send(IMAGE, target.address() + "/other/").index())
          .isEqualTo(same.image.index());

      BlobStore there = new BlobStore(elsewhere);
      for (Digest each : OciLayout.reachable(there, same.image.index())) {
        there.verify(each);
      }
      assertThat(machine.lockText()).isEqualTo(same.lock);
      assertThat(same.records).containsAll(recordsOf(machine));
      assertThat(machine.saidOfFormer()).anyMatch(each -> each.contains("does not have its blob"));
    }
  }

  /** Returns a later build on a machine, of another version and without a registry. */
  private static Machine later(Machine machine) {
    return machine.from().change(each -> each.withVersion("2").withOffline(true));
  }

  /** Returns all records in a cache, each with its content. */
  private static Set<String> recordsOf(Machine machine) throws IOException {
    Set<String> records = new HashSet<>();
    try (Stream<Path> files = Files.walk(machine.cache, 2)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        String kind = machine.cache.relativize(each).getName(0).toString();
        if (each.getFileName().toString().matches("[0-9a-f]{64}") && !kind.equals("hashed")) {
          records.add(
              kind + "/" + each.getFileName() + " " + Digest.sha256(Files.readAllBytes(each)));
        }
      }
    }
    return records;
  }

  private static Descriptor published(String name) {
    return Objects.requireNonNull(PUBLISHED.get(name));
  }

  private static byte[] bytes(Descriptor blob) throws IOException {
    return Files.readAllBytes(store.path(blob.digest()));
  }

  /** Writes an image one of whose records is not compressed. */
  private static Descriptor raw(AForgery image) throws IOException {
    List<Descriptor> own = image.carried();
    image.before.add(store.put(CarriedRecords.FACTS, "not compressed".getBytes(UTF_8)));
    image.before.add(own.get(1));
    return image.write();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, ISO_8859_1);
  }

  private static byte[] text(byte[] document, String from, String to) {
    String text = new String(document, UTF_8);
    assertThat(text).contains(from);
    String changed = from.equals("{") ? to + text.substring(1) : text.replace(from, to);
    return changed.getBytes(UTF_8);
  }

  private static byte[] with(byte[] record, int at, int number) {
    byte[] changed = record.clone();
    ByteBuffer.wrap(changed).putInt(at, number);
    return changed;
  }

  /** Returns a record in the form of another kind. */
  private static byte[] ofKind(byte[] record, String kind, long format) {
    byte[] fields = Arrays.copyOfRange(record, start(record), record.length);
    return ByteBuffer.allocate(4 + kind.length() + 8 + fields.length)
        .putInt(kind.length())
        .put(kind.getBytes(UTF_8))
        .putLong(format)
        .put(fields)
        .array();
  }

  private static byte[] withGoModule(byte[] evidence) {
    int at = start(evidence);
    ByteArrayOutputStream more = new ByteArrayOutputStream();
    more.writeBytes(Arrays.copyOf(evidence, at));
    more.writeBytes(number(ByteBuffer.wrap(evidence).getInt(at) + 1));
    for (String each : List.of("usr/bin/tool", "0".repeat(40), "go", "go1.24")) {
      put(each, more);
    }
    more.writeBytes(number(1));
    put("example.com/evil", more);
    put("v1.0.0", more);
    more.write(evidence, at + 4, evidence.length - at - 4);
    return more.toByteArray();
  }

  private static byte[] withFile(byte[] root) {
    int at = start(root);
    ByteArrayOutputStream more = new ByteArrayOutputStream();
    more.writeBytes(Arrays.copyOf(root, at));
    more.writeBytes(number(ByteBuffer.wrap(root).getInt(at) + 1));
    put("bin/evil", more);
    put("FILE", more);
    more.writeBytes(ByteBuffer.allocate(24).putLong(0755).putLong(0).putLong(0).array());
    put("", more);
    put("", more);
    more.write(0);
    more.write(root, at + 4, root.length - at - 4);
    return more.toByteArray();
  }

  private static void put(String text, ByteArrayOutputStream to) {
    to.writeBytes(number(text.length()));
    to.writeBytes(text.getBytes(UTF_8));
  }

  private static byte[] number(int number) {
    return ByteBuffer.allocate(4).putInt(number).array();
  }

  private static Digest layerOfNpm(AForgery image) {
    List<Descriptor> layers = image.manifest.layers();
    return layers.get(layers.size() - 2).digest();
  }

  private static @Nullable Answer lacks(IncomingRequest request, Digest digest) {
    return request.path().endsWith(digest.toString())
        ? Answer.error(404, "BLOB_UNKNOWN", "not here")
        : null;
  }

  private static Digest configOf(Descriptor root) throws IOException {
    Descriptor image = ImageIndex.parse(store.read(root.digest()), "index").images().get(0);
    return Manifest.parse(store.read(image.digest()), "manifest").config().digest();
  }
}
