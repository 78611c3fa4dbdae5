/** `npm run screenshots`: the pictures of the documentation, taken from the sample organisation. No test. */
import config from '../playwright.config.ts';

export default { ...config, testDir: '.', testMatch: ['*.screenshots.ts'], outputDir: '../../test-results' };
