package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.ReadOneWay;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The endpoints of distribution-spec 1.1, end-1 to end-14, over a store and its repositories. */
public final class DistributionProtocol implements LoopbackServer.Handler {

  /** Told of each tag, so that it can outlive the process. */
  public interface TagListener {
    void tagged(String repository, String tag, Descriptor manifest) throws IOException;
  }

  private static final String NAME =
      "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*";
  private static final Pattern REPOSITORY = Pattern.compile(NAME);
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
  private static final Pattern ROUTE =
      Pattern.compile("/v2/(.{1,255})/(blobs/uploads|blobs|manifests|tags|referrers)/([^/]*)");
  private static final Pattern BYTES = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("(?:bytes )?(\\d{1,18})-(\\d{1,18})(?:/.*)?");
  private static final int MAX_PAGE = 10_000;

  private final BlobStore blobs;
  private final Repositories repositories;
  private final Uploads uploads;
  private final TagListener tagListener;

  public DistributionProtocol(
      BlobStore blobs, Repositories repositories, Uploads uploads, TagListener tagListener) {
    this.blobs = blobs;
    this.repositories = repositories;
    this.uploads = uploads;
    this.tagListener = tagListener;
  }

  @Override
  public Answer answer(IncomingRequest request) throws IOException {
    Answer answer;
    try {
      answer = route(request);
    } catch (ProtocolException e) {
      answer = e.answer();
    } catch (VerificationException e) {
      answer = Answer.error(400, "MANIFEST_INVALID", String.valueOf(e.getMessage()));
    }
    return answer.with("Docker-Distribution-Api-Version", "registry/2.0");
  }

  private Answer route(IncomingRequest request) throws IOException {
    String path = request.path();
    if (path.equals("/v2/") || path.equals("/v2")) {
      return read(request, Answer.json(200, Json.write(Json.object())));
    }
    if (path.equals("/v2/_catalog")) {
      ObjectNode document = Json.object();
      return read(request, page(request, path, repositories.names(), document, "repositories"));
    }
    Matcher route = ROUTE.matcher(path);
    if (!route.matches()) {
      throw new ProtocolException(404, "UNSUPPORTED", "no such endpoint: " + path);
    }
    String repository = route.group(1);
    if (!REPOSITORY.matcher(repository).matches()) {
      throw new ProtocolException(400, "NAME_INVALID", "no repository name: " + repository);
    }
    String last = route.group(3);
    return switch (route.group(2)) {
      case "blobs/uploads" ->
          last.isEmpty() ? startUpload(request, repository) : upload(request, repository, last);
      case "blobs" -> blob(request, repository, digest(last));
      case "manifests" -> manifest(request, repository, last);
      case "tags" -> tags(request, repository);
      default -> referrers(request, repository, digest(last));
    };
  }

  private static Answer read(IncomingRequest request, Answer answer) {
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      throw methodNotAllowed(request);
    }
    return answer;
  }

  private static ProtocolException methodNotAllowed(IncomingRequest request) {
    return new ProtocolException(405, "UNSUPPORTED", request.method() + " is not for this address");
  }

  private static Digest digest(String text) {
    if (!Digest.isDigest(text)) {
      throw new ProtocolException(
          400, "DIGEST_INVALID", "expected sha256: and 64 lower-case hex digits, not: " + text);
    }
    return Digest.of(text);
  }

  // Blobs: end-2, end-10.

  private Answer blob(IncomingRequest request, String repository, Digest digest)
      throws IOException {
    if (request.method().equals("DELETE")) {
      if (!repositories.removeBlob(repository, digest)) {
        throw blobUnknown(digest);
      }
      return Answer.of(202);
    }
    if (!repositories.hasBlob(repository, digest)) {
      throw blobUnknown(digest);
    }
    if (request.method().equals("GET")) {
      requireIntact(digest);
    }
    long size = blobs.size(digest);
    Answer whole =
        Answer.of(200)
            .with("Content-Type", "application/octet-stream")
            .with("Docker-Content-Digest", digest.toString())
            .with("ETag", "\"" + digest + "\"")
            .with("Accept-Ranges", "bytes")
            .with(new Answer.Region(blobs.path(digest), 0, size));
    Optional<String> range = request.header("Range");
    return read(request, range.isEmpty() ? whole : part(whole, range.get(), size, digest));
  }

  private Answer part(Answer whole, String range, long size, Digest digest) {
    Matcher bytes = BYTES.matcher(range);
    if (!bytes.matches()) {
      // Several ranges, or other units: allowed to be answered with everything.
      return whole;
    }
    String from = bytes.group(1);
    String to = bytes.group(2);
    if (from.isEmpty() && to.isEmpty()) {
      return whole;
    }
    long start = from.isEmpty() ? Math.max(0, size - Long.parseLong(to)) : Long.parseLong(from);
    long end = from.isEmpty() || to.isEmpty() ? size - 1 : Math.min(Long.parseLong(to), size - 1);
    if (start > end) {
      return Answer.error(416, "SIZE_INVALID", "the blob has " + size + " bytes")
          .with("Content-Range", "bytes */" + size);
    }
    Answer.Region region = new Answer.Region(blobs.path(digest), start, end - start + 1);
    return new Answer(206, whole.headers(), region)
        .with("Content-Range", "bytes " + start + "-" + end + "/" + size);
  }

  /** Another file under a blob's name, such as a hard link, is given to nobody. */
  private void requireIntact(Digest digest) throws IOException {
    try {
      blobs.verifyOnce(digest);
    } catch (DamagedFileException e) {
      throw blobUnknown(digest);
    }
  }

  private static ProtocolException blobUnknown(Digest digest) {
    return new ProtocolException(404, "BLOB_UNKNOWN", "no such blob: " + digest);
  }

  // Uploads: end-4 to end-6, end-11, end-13, end-14.

  private Answer startUpload(IncomingRequest request, String repository) throws IOException {
    if (!request.method().equals("POST")) {
      throw methodNotAllowed(request);
    }
    if (!request.query("digest-algorithm").orElse("sha256").equals("sha256")) {
      throw new ProtocolException(400, "UNSUPPORTED", "only sha256 digests are kept here");
    }
    Optional<String> mount = request.query("mount");
    if (mount.isPresent()) {
      Digest digest = digest(mount.get());
      if (repositories.hasBlob(request.query("from").orElse(repository), digest)) {
        return created(repository, digest);
      }
    }
    Optional<String> whole = mount.isPresent() ? Optional.empty() : request.query("digest");
    Optional<Digest> expected = whole.map(DistributionProtocol::digest);
    Uploads.Upload upload = uploads.start(repository);
    if (expected.isEmpty()) {
      return progress(202, upload).with("OCI-Chunk-Min-Length", "1");
    }
    try {
      upload.append(request.body(), 0);
    } catch (IOException e) {
      // Nobody knows this upload's address, so nobody can go on with it.
      upload.cancel();
      throw e;
    }
    return finish(repository, upload, expected.get());
  }

  private Answer upload(IncomingRequest request, String repository, String id) throws IOException {
    Uploads.Upload upload = uploads.find(repository, id);
    return switch (request.method()) {
      case "GET", "HEAD" -> progress(204, upload);
      case "DELETE" -> {
        upload.cancel();
        yield Answer.of(204);
      }
      case "PATCH", "PUT" -> receive(request, repository, upload);
      default -> throw methodNotAllowed(request);
    };
  }

  private Answer receive(IncomingRequest request, String repository, Uploads.Upload upload)
      throws IOException {
    boolean last = request.method().equals("PUT");
    Optional<Digest> expected = Optional.empty();
    if (last) {
      expected = Optional.of(digest(request.query("digest").orElse("(none given)")));
    }
    long start = start(request);
    try {
      upload.append(request.body(), start);
    } catch (ProtocolException outOfOrder) {
      Answer where = progress(416, upload);
      return new Answer(416, where.headers(), outOfOrder.answer().content())
          .with("Content-Type", "application/json");
    }
    return expected.isPresent()
        ? finish(repository, upload, expected.get())
        : progress(202, upload);
  }

  /** Where a chunk says that it begins; negative where it says nothing. */
  private static long start(IncomingRequest request) {
    Optional<String> header = request.header("Content-Range");
    if (header.isEmpty()) {
      return -1;
    }
    Matcher range = CONTENT_RANGE.matcher(header.get());
    if (!range.matches()) {
      throw new ProtocolException(
          400, "SIZE_INVALID", "expected Content-Range: <first>-<last>, not " + header.get());
    }
    long start = Long.parseLong(range.group(1));
    long size = Long.parseLong(range.group(2)) - start + 1;
    Optional<String> length = request.header("Content-Length");
    if (size <= 0 || (length.isPresent() && !length.get().equals(Long.toString(size)))) {
      throw new ProtocolException(
          400, "SIZE_INVALID", "Content-Range and Content-Length do not agree");
    }
    return start;
  }

  private static Answer progress(int status, Uploads.Upload upload) {
    return Answer.of(status)
        .with("Location", upload.location())
        .with("Range", "0-" + Math.max(0, upload.received() - 1))
        .with("Docker-Upload-Uuid", upload.id());
  }

  private Answer finish(String repository, Uploads.Upload upload, Digest expected)
      throws IOException {
    try {
      upload.finish(expected);
    } catch (VerificationException e) {
      throw new ProtocolException(400, "DIGEST_INVALID", String.valueOf(e.getMessage()));
    }
    return created(repository, expected);
  }

  private Answer created(String repository, Digest digest) {
    repositories.addBlob(repository, digest);
    return Answer.of(201)
        .with("Location", "/v2/" + repository + "/blobs/" + digest)
        .with("Docker-Content-Digest", digest.toString());
  }

  // Manifests: end-3, end-7, end-9.

  private Answer manifest(IncomingRequest request, String repository, String selector)
      throws IOException {
    if (!Digest.isDigest(selector) && !TAG.matcher(selector).matches()) {
      throw selector.contains(":")
          ? new ProtocolException(400, "DIGEST_INVALID", "no SHA-256 digest: " + selector)
          : new ProtocolException(400, "TAG_INVALID", "no tag: " + selector);
    }
    return switch (request.method()) {
      case "PUT" -> putManifest(request, repository, selector);
      case "DELETE" -> {
        if (!repositories.remove(repository, selector)) {
          throw manifestUnknown(repository, selector);
        }
        yield Answer.of(202);
      }
      default -> read(request, getManifest(repository, selector));
    };
  }

  private Answer getManifest(String repository, String selector) throws IOException {
    Descriptor found =
        repositories
            .find(repository, selector)
            .orElseThrow(() -> manifestUnknown(repository, selector));
    return Answer.of(200)
        .with("Content-Type", found.mediaType())
        .with("Docker-Content-Digest", found.digest().toString())
        .with("ETag", "\"" + found.digest() + "\"")
        .with(new Answer.Region(blobs.path(found.digest()), 0, found.size()));
  }

  private static ProtocolException manifestUnknown(String repository, String selector) {
    return new ProtocolException(
        404, "MANIFEST_UNKNOWN", "no such manifest: " + repository + ", " + selector);
  }

  private Answer putManifest(IncomingRequest request, String repository, String selector)
      throws IOException {
    byte[] content = request.body().readNBytes(Json.MAX_BYTES + 1);
    if (content.length > Json.MAX_BYTES) {
      throw new ProtocolException(
          413, "SIZE_INVALID", "a manifest may have " + Json.MAX_BYTES + " bytes");
    }
    Digest digest = Digest.sha256(content);
    if (Digest.isDigest(selector) && !digest.equals(Digest.of(selector))) {
      throw new ProtocolException(400, "DIGEST_INVALID", "the content has the digest " + digest);
    }
    JsonNode json = ReadOneWay.manifest(content, "the manifest");
    String mediaType = mediaType(request, json);
    requireContent(repository, json);
    List<String> tags = new ArrayList<>(request.queries("tag"));
    if (!Digest.isDigest(selector)) {
      tags.add(selector);
    }
    for (String tag : tags) {
      if (!TAG.matcher(tag).matches()) {
        throw new ProtocolException(400, "TAG_INVALID", "no tag: " + tag);
      }
    }
    Descriptor manifest = blobs.put(mediaType, content);
    repositories.add(repository, manifest, json);
    for (String tag : tags) {
      tagListener.tagged(repository, tag, manifest);
      repositories.tag(repository, tag, manifest);
    }
    Answer answer =
        Answer.of(201)
            .with("Location", "/v2/" + repository + "/manifests/" + digest)
            .with("Docker-Content-Digest", digest.toString());
    if (!request.queries("tag").isEmpty()) {
      answer = answer.with("OCI-Tag", String.join(", ", tags));
    }
    Optional<Digest> subject = Repositories.subject(json);
    return subject.isPresent() ? answer.with("OCI-Subject", subject.get().toString()) : answer;
  }

  private static String mediaType(IncomingRequest request, JsonNode json) {
    if (json.path("schemaVersion").asInt() != 2) {
      throw new ProtocolException(400, "MANIFEST_INVALID", "expected \"schemaVersion\": 2");
    }
    String written = json.path("mediaType").asText();
    String header = request.header("Content-Type").orElse("");
    int parameters = header.indexOf(';');
    String sent = (parameters < 0 ? header : header.substring(0, parameters)).strip();
    if (!written.isEmpty() && !sent.isEmpty() && !written.equals(sent)) {
      throw new ProtocolException(
          400, "MANIFEST_INVALID", "sent as " + sent + " but written as " + written);
    }
    String mediaType = sent.isEmpty() ? written : sent;
    if (!mediaType.matches("[A-Za-z0-9.+_-]{1,127}/[A-Za-z0-9.+_-]{1,127}")) {
      throw new ProtocolException(400, "MANIFEST_INVALID", "no media type");
    }
    if (MediaType.isIndex(mediaType) != json.path("manifests").isArray()) {
      throw new ProtocolException(
          400, "MANIFEST_INVALID", "the content is not of the type " + mediaType);
    }
    return mediaType;
  }

  /** A tag must not name what is not there; the subject alone may come later or never. */
  private void requireContent(String repository, JsonNode json) {
    List<JsonNode> needed = new ArrayList<>();
    if (json.path("config").isObject()) {
      needed.add(json.path("config"));
    }
    json.path("layers").forEach(needed::add);
    json.path("manifests").forEach(needed::add);
    for (JsonNode descriptor : needed) {
      Digest digest = digest(descriptor.path("digest").asText());
      // Layers with addresses of their own are not distributed with the image.
      if (!descriptor.path("urls").isArray() && !repositories.hasBlob(repository, digest)) {
        throw new ProtocolException(
            404, "MANIFEST_BLOB_UNKNOWN", "the manifest names content that is not here: " + digest);
      }
    }
  }

  // Listings: end-8, end-12.

  private Answer tags(IncomingRequest request, String repository) {
    if (!request.path().endsWith("/tags/list")) {
      throw new ProtocolException(404, "UNSUPPORTED", "no such endpoint: " + request.path());
    }
    Collection<String> tags =
        repositories
            .tags(repository)
            .orElseThrow(
                () -> new ProtocolException(404, "NAME_UNKNOWN", "no repository " + repository))
            .keySet();
    ObjectNode document = Json.object().put("name", repository);
    return read(request, page(request, request.path(), new TreeSet<>(tags), document, "tags"));
  }

  private static Answer page(
      IncomingRequest request,
      String path,
      NavigableSet<String> all,
      ObjectNode document,
      String field) {
    String wanted = request.query("n").orElse(Integer.toString(MAX_PAGE));
    if (!wanted.matches("\\d{1,9}")) {
      throw new ProtocolException(400, "PAGINATION_NUMBER_INVALID", "n is no number: " + wanted);
    }
    int size = Math.min(Integer.parseInt(wanted), MAX_PAGE);
    String last = request.query("last").orElse("");
    List<String> names = all.tailSet(last, false).stream().limit(size + 1L).toList();
    ArrayNode array = document.putArray(field);
    names.stream().limit(size).forEach(array::add);
    Answer answer = Answer.json(200, Json.write(document));
    if (size == 0 || names.size() <= size) {
      return answer;
    }
    String next = URLEncoder.encode(names.get(size - 1), StandardCharsets.UTF_8);
    return answer.with("Link", "<" + path + "?n=" + size + "&last=" + next + ">; rel=\"next\"");
  }

  private Answer referrers(IncomingRequest request, String repository, Digest subject) {
    ObjectNode document = Json.object();
    document.put("schemaVersion", 2);
    document.put("mediaType", MediaType.INDEX);
    ArrayNode manifests = document.putArray("manifests");
    Optional<String> type = request.query("artifactType");
    for (ObjectNode referrer : repositories.referrers(repository, subject)) {
      if (type.isEmpty() || type.get().equals(referrer.path("artifactType").asText())) {
        manifests.add(referrer);
      }
    }
    Answer answer = Answer.json(200, Json.write(document)).with("Content-Type", MediaType.INDEX);
    return read(
        request, type.isPresent() ? answer.with("OCI-Filters-Applied", "artifactType") : answer);
  }

  /** Makes an image of a layout known, with what it is made of and what refers to it. */
  void publish(String repository, String tag, Descriptor image) throws IOException {
    adopt(repository, image, 0);
    repositories.tag(repository, tag, image);
  }

  private void adopt(String repository, Descriptor manifest, int depth) throws IOException {
    if (!MediaType.isIndex(manifest.mediaType()) && !MediaType.isManifest(manifest.mediaType())) {
      return;
    }
    JsonNode json =
        ReadOneWay.manifest(blobs.read(manifest.digest()), manifest.digest().toString());
    repositories.add(repository, manifest, json);
    for (JsonNode child : json.path("manifests")) {
      Digest digest = digest(child.path("digest").asText());
      if (depth < 4 && blobs.contains(digest)) {
        String mediaType = child.path("mediaType").asText();
        adopt(repository, Descriptor.of(mediaType, digest, blobs.size(digest)), depth + 1);
      }
    }
  }
}
