import { noopSteps } from '../noop-steps.ts';

export default noopSteps(40);
