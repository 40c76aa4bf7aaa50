package com.auterity.neuroweaver.jobs.tensor;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;

/** A right factor (k x n) in the layout in which the library multiplies it fastest. */
final class PackedFactor implements AutoCloseable {
  final int k;
  final int n;
  final dnnl_memory_desc layout;
  final dnnl_memory memory;
  final long bytes;
  private final NativeBlock block;

  /** Packs {@code plain}, which holds the factor's transpose (n x k), dense, of this type. */
  PackedFactor(OneDnn oneDnn, int k, int n, int type, NativeBlock plain) {
    this.k = k;
    this.n = n;
    this.layout = oneDnn.packedLayout(k, n, type);
    this.bytes = dnnl_memory_desc_get_size(layout);
    this.block = new NativeBlock(bytes);
    this.memory = oneDnn.memory(layout, new Address().at(block.address));
    pack(oneDnn, type, plain);
  }

  void pack(OneDnn oneDnn, int type, NativeBlock plain) {
    dnnl_memory_desc from = OneDnn.strided(k, n, type, 1, k);
    oneDnn.reorder(from, new Address().at(plain.address), layout, new Address().at(block.address));
    OneDnn.destroy(from);
  }

  @Override
  public void close() {
    dnnl_memory_destroy(memory);
    block.close();
  }
}
