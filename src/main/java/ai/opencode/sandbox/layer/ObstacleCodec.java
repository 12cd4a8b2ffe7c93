package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.install.Obstacle;
import java.io.IOException;
import java.util.Optional;

/**
 * The form of an obstacle in a record of the cache: its type, its path and its second value, both
 * empty if it has none. {@link PlannedLayerCodec} has the format's version.
 */
final class ObstacleCodec implements Obstacle.Cases<RecordWriter> {

  private static final String NOT_UNPACKED = "NOT_UNPACKED";
  private static final String THROUGH_LINK = "THROUGH_LINK";
  private static final String DIRECTORY_IS_LINK = "DIRECTORY_IS_LINK";
  private static final String OTHER_OWNER = "OTHER_OWNER";
  private static final String UNKNOWN_RECORD = "UNKNOWN_RECORD";
  private static final String REFUSED_ATTRIBUTE = "REFUSED_ATTRIBUTE";
  private static final String STAYS_WITH_OTHER = "STAYS_WITH_OTHER";
  private static final String TAKEN_OVER = "TAKEN_OVER";

  private final RecordWriter out;

  private ObstacleCodec(RecordWriter out) {
    this.out = out;
  }

  static void write(Obstacle obstacle, RecordWriter out) {
    obstacle.in(new ObstacleCodec(out));
  }

  static Obstacle read(RecordReader in) throws IOException {
    String type = in.text();
    String path = in.text();
    String other = in.text();
    return switch (type) {
      case NOT_UNPACKED -> new Obstacle.NotUnpacked();
      case THROUGH_LINK -> new Obstacle.ThroughLink(path, other);
      case DIRECTORY_IS_LINK -> new Obstacle.DirectoryIsLink(path, other);
      case OTHER_OWNER -> new Obstacle.OtherOwner(path, other);
      case UNKNOWN_RECORD -> new Obstacle.UnknownRecord(path, other);
      case REFUSED_ATTRIBUTE -> new Obstacle.RefusedAttribute(path, other);
      case STAYS_WITH_OTHER -> new Obstacle.StaysWithOther(path, new PackageId(other));
      case TAKEN_OVER ->
          new Obstacle.TakenOver(
              path, Optional.of(other).filter(name -> !name.isEmpty()).map(PackageId::new));
      default -> new Obstacle.AtPath(Obstacle.Kind.valueOf(type), path);
    };
  }

  private RecordWriter write(String type, String path, String other) {
    return out.text(type).text(path).text(other);
  }

  @Override
  public RecordWriter of(Obstacle.NotUnpacked obstacle) {
    return write(NOT_UNPACKED, "", "");
  }

  @Override
  public RecordWriter of(Obstacle.AtPath obstacle) {
    return write(obstacle.kind().name(), obstacle.path(), "");
  }

  @Override
  public RecordWriter of(Obstacle.ThroughLink obstacle) {
    return write(THROUGH_LINK, obstacle.path(), obstacle.place());
  }

  @Override
  public RecordWriter of(Obstacle.DirectoryIsLink obstacle) {
    return write(DIRECTORY_IS_LINK, obstacle.path(), obstacle.place());
  }

  @Override
  public RecordWriter of(Obstacle.OtherOwner obstacle) {
    return write(OTHER_OWNER, obstacle.path(), obstacle.owner());
  }

  @Override
  public RecordWriter of(Obstacle.UnknownRecord obstacle) {
    return write(UNKNOWN_RECORD, obstacle.path(), obstacle.name());
  }

  @Override
  public RecordWriter of(Obstacle.RefusedAttribute obstacle) {
    return write(REFUSED_ATTRIBUTE, obstacle.path(), obstacle.name());
  }

  @Override
  public RecordWriter of(Obstacle.StaysWithOther obstacle) {
    return write(STAYS_WITH_OTHER, obstacle.path(), obstacle.keeper().name());
  }

  @Override
  public RecordWriter of(Obstacle.TakenOver obstacle) {
    return write(TAKEN_OVER, obstacle.path(), obstacle.by().map(PackageId::name).orElse(""));
  }
}
