// A witness of one log, without a mirror. Names come from azd where azd runs this, and are given here for everybody else.

using 'witness.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'truecopy-witness')
param location = readEnvironmentVariable('AZURE_LOCATION', 'southeastasia')
param witnessName = readEnvironmentVariable('TRUECOPY_WITNESS_NAME', 'witness.bank.example/w1')

// One line a key, as the log's operator hands them out. With the log's address behind the key, and a name for the mirror, the
// log is mirrored too:
//   log KEY https://truecopy.example/log
param logs = split(
  readEnvironmentVariable(
    'TRUECOPY_WITNESS_LOGS',
    'log dev.truecopy.example/log+136c8967+AXznSespZrm3R1QyNu9fYbRjKKgvkmd7gkcEOdsGUVTg'
  ),
  ';'
)
param mirrorName = empty(readEnvironmentVariable('TRUECOPY_MIRROR_NAME', ''))
  ? null
  : readEnvironmentVariable('TRUECOPY_MIRROR_NAME', '')

param storage = { sku: 'Standard_LRS', infrastructureEncryption: true }
param writeOnceDays = 365
