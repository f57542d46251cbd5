// Two short tones, made here: there is no file to load. A browser plays nothing before somebody has pressed something.

let context = null;

function wake() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

addEventListener("pointerdown", wake, { capture: true });
addEventListener("keydown", wake, { capture: true });

export function ring() {
  wake();
  const began = context.currentTime + 0.02;
  for (const [after, pitch] of [
    [0, 660],
    [0.18, 880],
  ]) {
    const tone = new OscillatorNode(context, { frequency: pitch });
    const loudness = new GainNode(context, { gain: 0 });
    tone.connect(loudness).connect(context.destination);
    loudness.gain.setTargetAtTime(0.2, began + after, 0.01);
    loudness.gain.setTargetAtTime(0, began + after + 0.12, 0.03);
    tone.start(began + after);
    tone.stop(began + after + 0.4);
  }
}
