import { App } from 'aws-cdk-lib';
import { checkAgainstAwsSolutions } from './nag.ts';
import { MintmarkStack } from './stack.ts';

const app = new App();
new MintmarkStack(app, 'Mintmark');
checkAgainstAwsSolutions(app);
