// Dashed lines for sigma: its program for lines that end at an arrow head, with gaps of a length on the screen.

import { EdgeArrowHeadProgram, createEdgeClampedProgram, createEdgeCompoundProgram } from "sigma/rendering";

const DASH = 7; // pixels
const GAP = 5;

const Clamped = createEdgeClampedProgram();

class Dashes extends Clamped {
  getDefinition() {
    const known = super.getDefinition();
    const vertex = inserted(known.VERTEX_SHADER_SOURCE, "\nvoid main() {", "\nvarying float v_along;\nvoid main() {");
    return {
      ...known,
      // u_correctionRatio is the length of half a pixel.
      VERTEX_SHADER_SOURCE: inserted(vertex, "  v_normal = unitNormal;",
        "  v_along = length(a_positionEnd - a_positionStart) * a_positionCoef / u_correctionRatio / 2.0;\n  v_normal = unitNormal;"),
      FRAGMENT_SHADER_SOURCE: inserted(
        inserted(known.FRAGMENT_SHADER_SOURCE, "\nvoid main(void) {", "\nvarying float v_along;\nvoid main(void) {"),
        "  float dist = length(v_normal)",
        `  if (mod(v_along, ${DASH + GAP}.0) > ${DASH}.0) discard;\n  float dist = length(v_normal)`,
      ),
    };
  }
}

/** A text with another in the place of one that it must hold. */
function inserted(text, place, other) {
  if (!text.includes(place)) throw new Error("the shaders of sigma are not those that dashes were made for");
  return text.replace(place, other);
}

export const DashedArrow = createEdgeCompoundProgram([Dashes, EdgeArrowHeadProgram]);
