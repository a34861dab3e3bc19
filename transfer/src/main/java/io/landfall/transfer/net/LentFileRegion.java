package io.landfall.transfer.net;

import io.landfall.transfer.session.FileBody;
import io.netty.channel.DefaultFileRegion;

/// A part of a file that many send from at once: unlike its parent, it leaves the file open.
final class LentFileRegion extends DefaultFileRegion {
  private final FileBody body;

  LentFileRegion(FileBody body) {
    super(body.file().channel(), body.offset(), body.length());
    this.body = body;
  }

  @Override
  protected void deallocate() {
    body.whenGone().run();
  }
}
