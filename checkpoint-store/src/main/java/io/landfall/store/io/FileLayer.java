package io.landfall.store.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// The operations on files of which durability is made.
///
/// Files are written once: created, appended to, forced, renamed. A test puts a layer in between
/// that fails the n-th operation, tears writes, or forgets what was not forced. Reading goes past
/// this seam: what cannot lose data needs none.
public interface FileLayer {

  /// The operating system's files.
  static FileLayer disk() {
    return new DiskFiles();
  }

  /// Makes a new file, open for writing; its name is durable after [#syncDirectory].
  ///
  /// @throws java.nio.file.FileAlreadyExistsException if there is something at `path`
  /// @throws StoreFullException if the disk has no room
  WritableFile create(Path path) throws IOException;

  /// Opens an existing file for writing, as recovery does to seal what a crash left.
  WritableFile open(Path path) throws IOException;

  /// Moves a file within one file system, replacing what is at `to`; durable after
  /// [#syncDirectory].
  void rename(Path from, Path to) throws IOException;

  /// Removes a file if it is there; durable after [#syncDirectory].
  void delete(Path path) throws IOException;

  /// Makes a directory if it is not there, and makes its name durable.
  void createDirectory(Path path) throws IOException;

  /// Returns when the names in `directory` would survive a power cut.
  void syncDirectory(Path directory) throws IOException;

  /// A file open for writing. Any thread; writes to one file come one at a time.
  interface WritableFile extends AutoCloseable {
    /// Writes all of `bytes` at `offset`.
    ///
    /// @throws StoreFullException if the disk has no room; some of the bytes may be written
    void write(long offset, ByteBuffer bytes) throws IOException;

    /// Returns when the content would survive a power cut. After a failure nobody can say what is
    /// on the disk, and a second call would lie: the caller gives the file up.
    void force() throws IOException;

    /// Cuts the file to `length` bytes.
    void truncate(long length) throws IOException;

    @Override
    void close() throws IOException;
  }
}
