package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an adapter adds to one linear map: {@code scale} B A, with A (r x in) and B (out x r) as
 * rows. {@code kind} is null for a fused map.
 */
record GgufLoraMap(
    int layer, String tensor, LinearKind kind, MatrixSource a, MatrixSource b, double scale) {

  static List<GgufLoraMap> of(LoraAdapter adapter) {
    List<GgufLoraMap> maps = new ArrayList<>();
    for (LoraMap map : adapter.maps()) {
      maps.add(
          new GgufLoraMap(
              map.layer(),
              GgufArchitecture.tensor(map.kind()),
              map.kind(),
              source(adapter, map.a()),
              source(adapter, map.b()),
              map.scale()));
    }
    return maps;
  }

  private static MatrixSource source(LoraAdapter adapter, Slice slice) {
    return MatrixSource.of(adapter.parameters(), slice.offset(), slice.rows(), slice.cols());
  }

  /**
   * q, k and v as one map, gate and up as another: their As one below the other, their Bs a block
   * diagonal, so that the rank is the sum of theirs.
   */
  static List<GgufLoraMap> fused(List<GgufLoraMap> maps, ModelConfig config) {
    Map<String, List<GgufLoraMap>> groups = new LinkedHashMap<>();
    for (GgufLoraMap map : maps) {
      String tensor =
          switch (map.kind) {
            case Q, K, V -> "attn_qkv";
            case GATE, UP -> "ffn_up";
            case O, DOWN -> map.tensor;
          };
      groups.computeIfAbsent(map.layer + "." + tensor, key -> new ArrayList<>()).add(map);
    }
    List<GgufLoraMap> fused = new ArrayList<>();
    groups.forEach(
        (key, group) -> {
          String tensor = key.substring(key.indexOf('.') + 1);
          fused.add(
              switch (tensor) {
                case "attn_qkv" ->
                    joined(group, tensor, config, LinearKind.Q, LinearKind.K, LinearKind.V);
                case "ffn_up" -> joined(group, tensor, config, LinearKind.GATE, LinearKind.UP);
                default -> group.get(0);
              });
        });
    return fused;
  }

  private static GgufLoraMap joined(
      List<GgufLoraMap> group, String tensor, ModelConfig config, LinearKind... kinds) {
    int rank = group.stream().mapToInt(map -> map.a.rows()).sum();
    int rows = 0;
    for (LinearKind kind : kinds) {
      rows += kind.out(config);
    }
    float[] b = new float[Math.multiplyExact(rows, rank)];
    int row = 0;
    int col = 0;
    for (LinearKind kind : kinds) {
      for (GgufLoraMap map : group) {
        if (map.kind == kind) {
          for (int r = 0; r < map.b.rows(); r++) {
            map.b.read(r, b, (row + r) * rank + col);
            // One scale for all: each part carries its own.
            for (int c = 0; c < map.b.cols(); c++) {
              b[(row + r) * rank + col + c] *= (float) map.scale;
            }
          }
          col += map.a.rows();
        }
      }
      row += kind.out(config);
    }
    List<MatrixSource> as = new ArrayList<>();
    for (LinearKind kind : kinds) {
      group.stream().filter(map -> map.kind == kind).forEach(map -> as.add(map.a));
    }
    return new GgufLoraMap(
        group.get(0).layer,
        tensor,
        null,
        MatrixSource.stacked(as),
        MatrixSource.of(b, 0, rows, rank),
        1);
  }

  /** B such that alpha / r, by which llama.cpp multiplies, gives this map's scale. */
  MatrixSource b(double alpha) {
    float factor = (float) (scale * a.rows() / alpha);
    if (factor == 1f) {
      return b;
    }
    return new MatrixSource() {
      @Override
      public int rows() {
        return b.rows();
      }

      @Override
      public int cols() {
        return b.cols();
      }

      @Override
      public void read(int row, float[] to, int offset) {
        b.read(row, to, offset);
        for (int c = 0; c < b.cols(); c++) {
          to[offset + c] *= factor;
        }
      }
    };
  }

  /** The rows of {@code base} (out x in) with this map's product added. */
  MatrixSource addedTo(MatrixSource base) {
    float[] whole = new float[Math.multiplyExact(a.rows(), a.cols())];
    for (int k = 0; k < a.rows(); k++) {
      a.read(k, whole, k * a.cols());
    }
    return new MatrixSource() {
      @Override
      public int rows() {
        return base.rows();
      }

      @Override
      public int cols() {
        return base.cols();
      }

      @Override
      public void read(int row, float[] to, int offset) {
        base.read(row, to, offset);
        float[] factors = new float[b.cols()];
        b.read(row, factors, 0);
        float[] sum = new float[base.cols()];
        for (int k = 0; k < factors.length; k++) {
          for (int j = 0; j < sum.length; j++) {
            sum[j] += factors[k] * whole[k * sum.length + j];
          }
        }
        for (int j = 0; j < sum.length; j++) {
          to[offset + j] += (float) scale * sum[j];
        }
      }
    };
  }
}
