package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.archive.BulkInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A part of a file as a stream. */
final class FileSlice extends BulkInputStream {

  private final FileChannel channel;
  private long left;

  FileSlice(Path file, long offset, long size) throws IOException {
    this.channel = FileChannel.open(file);
    this.left = size;
    channel.position(offset);
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    if (left == 0) {
      return length == 0 ? 0 : -1;
    }
    int read = channel.read(ByteBuffer.wrap(bytes, start, (int) Math.min(length, left)));
    left -= Math.max(read, 0);
    return read;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
