import type { Resources } from '../../contracts/resources.ts';

/** Every accelerator that a CustomJob can name. */
export const acceleratorTypes: readonly string[] = [
  'NVIDIA_TESLA_K80',
  'NVIDIA_TESLA_P100',
  'NVIDIA_TESLA_V100',
  'NVIDIA_TESLA_P4',
  'NVIDIA_TESLA_T4',
  'NVIDIA_TESLA_A100',
  'NVIDIA_A100_80GB',
  'NVIDIA_L4',
  'NVIDIA_H100_80GB',
  'NVIDIA_H100_MEGA_80GB',
  'NVIDIA_H200_141GB',
  'NVIDIA_B200',
  'NVIDIA_GB200',
  'NVIDIA_RTX_PRO_6000',
  'TPU_V2',
  'TPU_V3',
  'TPU_V4_POD',
  'TPU_V5_LITEPOD',
];

/** The machine that has so many of an accelerator built in. */
const perMachine: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  NVIDIA_L4: { 1: 'g2-standard-8', 2: 'g2-standard-24', 4: 'g2-standard-48', 8: 'g2-standard-96' },
  NVIDIA_TESLA_A100: {
    1: 'a2-highgpu-1g',
    2: 'a2-highgpu-2g',
    4: 'a2-highgpu-4g',
    8: 'a2-highgpu-8g',
    16: 'a2-megagpu-16g',
  },
  NVIDIA_A100_80GB: {
    1: 'a2-ultragpu-1g',
    2: 'a2-ultragpu-2g',
    4: 'a2-ultragpu-4g',
    8: 'a2-ultragpu-8g',
  },
  NVIDIA_H100_80GB: {
    1: 'a3-highgpu-1g',
    2: 'a3-highgpu-2g',
    4: 'a3-highgpu-4g',
    8: 'a3-highgpu-8g',
  },
  NVIDIA_H100_MEGA_80GB: { 8: 'a3-megagpu-8g' },
  NVIDIA_H200_141GB: { 8: 'a3-ultragpu-8g' },
  NVIDIA_B200: { 8: 'a4-highgpu-8g' },
};

/**
 * Machines that boot from a Hyperdisk alone: of these, Vertex AI takes only A3 Ultra to be one by itself
 * (`DiskSpec` of machine_resources.proto).
 */
const hyperdiskAlone = /^(a3-ultragpu|a4|a4x)-/;

/** Machines by their memory in GiB, the smallest first. */
const byMemory: readonly (readonly [number, string])[] = [
  [16, 'e2-standard-4'],
  [32, 'e2-standard-8'],
  [64, 'e2-standard-16'],
  [128, 'e2-standard-32'],
  [256, 'n2-highmem-32'],
  [512, 'n2-highmem-64'],
];

/** Machines to which older accelerators are attached, by memory in GiB. */
const attachable: readonly (readonly [number, string])[] = [
  [30, 'n1-standard-8'],
  [60, 'n1-standard-16'],
  [104, 'n1-highmem-16'],
  [208, 'n1-highmem-32'],
  [416, 'n1-highmem-64'],
];

/**
 * The machine type of a step: the one it asks for, else the one that has its accelerators, else the
 * smallest with its memory. `undefined` when none is known that would do.
 */
export function vertexMachine({ machine, accelerator, memoryMiB }: Resources): string | undefined {
  if (machine !== undefined) return machine;
  const family = accelerator && perMachine[accelerator.type];
  if (family) return family[accelerator.count];
  const known = accelerator ? attachable : byMemory;
  return known.find(([gib]) => memoryMiB <= gib * 1024)?.[1];
}

/** The disk that a machine must be given to boot from; `undefined` where Vertex AI's own choice will do. */
export const bootDiskOf = (machine: string): string | undefined =>
  hyperdiskAlone.test(machine) ? 'hyperdisk-balanced' : undefined;
