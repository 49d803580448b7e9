// An OpenID Connect provider: node oidc.mjs PORT REDIRECT_ADDRESS. Its own pages ask for a name and take any password.
// POST /people/NAME with a JSON body says who that is from then on.
import express from 'express';
import { Provider } from 'oidc-provider';

const [port, redirect] = process.argv.slice(2);
const people = {};
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'planapp', client_secret: process.env.OIDC_CLIENT_SECRET, redirect_uris: [redirect],
    grant_types: ['authorization_code'], response_types: ['code'], token_endpoint_auth_method: 'client_secret_post',
  }],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'] },
  scopes: ['openid', 'profile', 'email', 'groups'],
  cookies: { keys: ['of this run alone'] },
  pkce: { required: () => true },
  findAccount: (context, id) => people[id] && { accountId: id, claims: async () => ({ sub: id, ...people[id] }) },
});
const app = express();
app.post('/people/:name', express.json(), (request, response) => {
  people[request.params.name] = request.body;
  response.json({});
});
app.use(provider.callback());
app.listen(Number(port), '127.0.0.1', () => console.log('ready'));
