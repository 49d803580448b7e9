// A SAML 2.0 identity provider: node saml.mjs PORT ANSWERS_GO_TO. Key and certificate are PEM, in KEY and CERTIFICATE.
// It asks nothing: whoever comes is the person that POST /person said last, with a JSON body.
import express from 'express';
import samlp from 'samlp';

const [port, answersGoTo] = process.argv.slice(2);
const entity = `http://127.0.0.1:${port}/metadata`;
const { KEY: key, CERTIFICATE: cert } = process.env;
let person = {};

function said(user) {
  return {
    getClaims: () => user.said,
    getNameIdentifier: () => ({ nameIdentifier: user.said.uid }),
  };
}
said.prototype.metadata = [];

const app = express();
app.post('/person', express.json(), (request, response) => {
  person = request.body;
  response.json({});
});
app.get('/metadata', samlp.metadata({ issuer: entity, cert, redirectEndpointPath: '/sso', postEndpointPath: '/sso' }));
app.get('/sso', samlp.auth({
  issuer: entity, cert, key, destination: answersGoTo, recipient: answersGoTo,
  getPostURL: (audience, request, headers, done) => done(null, answersGoTo),
  getUserFromRequest: () => ({ said: person }), profileMapper: said, signResponse: false,
  signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256',
}));
app.listen(Number(port), '127.0.0.1', () => console.log('ready'));
