// An allocation webhook that grants every device the hub it wishes for in its payload. Prints its URL, then each question it is asked,
// one JSON line each.
'use strict';

const http = require('http');

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', chunk => chunks.push(chunk));
  request.on('end', () => {
    const question = JSON.parse(Buffer.concat(chunks).toString());
    console.log(JSON.stringify(question));
    const granted = question.deviceRuntimeContext.payload.wish;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ iotHubHostName: granted, payload: { granted } }));
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/allocate`));
