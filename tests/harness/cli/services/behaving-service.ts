/** A service that does as BEHAVIOUR says, as far as its starter can see. */
const behaviour = process.env.BEHAVIOUR;
const report = {
  code: 'STATE_CORRUPT',
  message: 'It is broken.',
  fix: 'Mend it.',
  retryable: false,
};

process.on('disconnect', () => process.exit(0));
setInterval(() => {}, 1000);
console.log(`behaving: ${behaviour}`);

switch (behaviour) {
  case 'ready':
    process.send?.({ ready: true, url: 'http://127.0.0.1:1' });
    break;
  case 'error':
    process.send?.({ ready: false, error: report }, () => process.exit(1));
    break;
  case 'death':
    console.error('out of luck');
    process.exit(3);
    break;
  case 'stubborn':
    process.on('SIGTERM', () => {});
    process.send?.({ ready: true, url: 'http://127.0.0.1:1' });
    break;
  case 'silence':
    break;
}
