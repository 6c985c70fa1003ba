// Property tests draw the same cases in every run, so that main is not red by chance. A search for new
// cases is a deliberate act: `FAULTLINE_SEED=random npm run quick`, or a number to repeat one.
import fc from 'fast-check';

const DEFAULT_SEED = 20261122;
const wanted = process.env.FAULTLINE_SEED;
if (wanted !== 'random') fc.configureGlobal({ seed: wanted === undefined ? DEFAULT_SEED : Number(wanted) });
