/** An instruction of a Dockerfile, its lines joined. */
export interface Instruction {
  /** In capitals. */
  name: string;
  /** What stands behind the name, such as `--from=base /a /b`. */
  text: string;
}

/** From a `FROM` to the next. */
export interface Stage {
  /** What it begins with: an image, or the name of an earlier stage. */
  from: string;
  name: string | undefined;
  instructions: Instruction[];
}

export interface Dockerfile {
  /** Arguments before the first stage, with their defaults. */
  globals: Instruction[];
  stages: Stage[];
}

export function parseDockerfile(text: string): Dockerfile {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const globals: Instruction[] = [];
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const instruction = { name: name.toUpperCase(), text: rest.trim() };
    if (instruction.name === 'FROM') {
      const [, from = '', stage] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.text) ?? [];
      stages.push({ from, name: stage, instructions: [] });
    } else {
      (stages.at(-1)?.instructions ?? globals).push(instruction);
    }
  }
  return { globals, stages };
}

/** The instructions that the last stage is made of: its own, after those of the stages it begins with. */
export function effectiveInstructions({ stages }: Dockerfile): Instruction[] {
  const collect = (stage: Stage | undefined): Instruction[] =>
    stage === undefined
      ? []
      : [...collect(stages.find(({ name }) => name === stage.from)), ...stage.instructions];
  return collect(stages.at(-1));
}
