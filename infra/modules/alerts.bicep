// What wakes somebody up.

metadata version = '0.1.0'

import { tagValues } from 'types.bicep'

param location string
param tags tagValues
param emails string[]
param workspaceId string
@description('Every topic, by what it is of.')
param topics { name: string, id: string }[]
param vaultId string

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-truecopy'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'truecopy'
    enabled: true
    emailReceivers: [for (email, i) in emails: { name: 'email-${i}', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource undelivered 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for topic in topics: {
    name: 'truecopy-${topic.name}-undelivered'
    location: 'global'
    tags: tags
    properties: {
      description: 'Event Grid gave an upload up; the event is in the container dead-letters.'
      severity: 1
      enabled: true
      scopes: [topic.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT5M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'dead-lettered'
            metricNamespace: 'Microsoft.EventGrid/systemTopics'
            metricName: 'DeadLetteredCount'
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: 0
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]

resource throttled 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'truecopy-vault-throttled'
  location: 'global'
  tags: tags
  properties: {
    description: 'Key Vault refuses calls because there are too many; checkpoints wait.'
    severity: 2
    enabled: true
    scopes: [vaultId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'throttled'
          metricNamespace: 'Microsoft.KeyVault/vaults'
          metricName: 'ServiceApiResult'
          dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

var rules = [
  {
    name: 'truecopy-poison'
    description: 'A message failed for good; nothing is lost, but somebody has to look.'
    severity: 1
    query: 'AppMetrics | where Name == "truecopy.poison" | summarize Value = sum(Sum)'
    threshold: 0
    window: 'PT5M'
  }
  {
    name: 'truecopy-staged-age'
    description: 'The oldest staged act has waited for more than five minutes.'
    severity: 1
    query: 'AppMetrics | where Name == "truecopy.staged.age" | summarize Value = max(Max)'
    threshold: 300
    window: 'PT5M'
  }
  {
    name: 'truecopy-log-stands-still'
    description: 'Uploads have waited for more than five minutes, and no batch was finished in that time.'
    severity: 0
    query: 'AppMetrics | where Name == "truecopy.log.standstill" | summarize Value = max(Max)'
    threshold: 300
    window: 'PT5M'
  }
  {
    name: 'truecopy-head-refused'
    description: 'The head of the log was set back, lost or replaced; the service commits nothing until it is brought back.'
    severity: 0
    query: 'AppMetrics | where Name == "truecopy.log.head_refused" | summarize Value = sum(Sum)'
    threshold: 0
    window: 'PT5M'
  }
  {
    name: 'truecopy-witnesses-missing'
    description: 'A committed batch has waited for more than five minutes for the witnesses that the policy asks for; nothing new is shown.'
    severity: 0
    query: 'AppMetrics | where Name == "truecopy.log.unpublished" | summarize Value = max(Max)'
    threshold: 300
    window: 'PT5M'
  }
  {
    name: 'truecopy-witness-silent'
    description: 'A witness has not signed for half an hour, though it was asked; the log may go on without it.'
    severity: 2
    query: 'AppMetrics | where Name == "truecopy.witnesses.answers" | extend Witness = tostring(Properties["witness"]), Outcome = tostring(Properties["outcome"]) | summarize Signed = countif(Outcome == "cosigned"), Asked = count() by Witness | summarize Value = countif(Signed == 0 and Asked > 1)'
    threshold: 0
    window: 'PT30M'
  }
  {
    name: 'truecopy-answers-given-up'
    description: 'An answer could not be written for about two hours and is kept as a dead letter; its issuer waits.'
    severity: 1
    query: 'AppMetrics | where Name == "truecopy.answers.given_up" | summarize Value = sum(Sum)'
    threshold: 0
    window: 'PT5M'
  }
  {
    name: 'truecopy-answers-backlog'
    description: 'More than a hundred answers, or batches of them, have not been written; the log goes on, its issuers wait.'
    severity: 2
    query: 'AppMetrics | where Name == "truecopy.answers.waiting" | summarize Value = min(Min)'
    threshold: 100
    window: 'PT15M'
  }
  {
    name: 'truecopy-sequencer-lag'
    description: 'From upload to checkpoint took more than two minutes.'
    severity: 2
    query: 'AppMetrics | where Name == "truecopy.sequencer.lag" | summarize Value = max(Max)'
    threshold: 120
    window: 'PT5M'
  }
  {
    name: 'truecopy-failures'
    description: 'More than one in a hundred requests could not be answered.'
    severity: 1
    query: 'AppMetrics | where Name in ("truecopy.api.answers", "truecopy.api.failures") | summarize Failures = sumif(Sum, Name == "truecopy.api.failures"), Requests = sum(Sum) | where Requests > 0 | project Value = 100.0 * Failures / Requests'
    threshold: 1
    window: 'PT5M'
  }
  {
    name: 'truecopy-silent'
    description: 'For a quarter of an hour the housekeeping, which runs every minute, has not come through once.'
    severity: 1
    query: 'AppMetrics | where Name == "truecopy.safety_net.runs" | summarize Runs = sum(Sum) | project Value = iff(Runs > 0, 0, 1)'
    threshold: 0
    window: 'PT15M'
  }
]

resource queries 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: rule.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.name
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      autoMitigate: true
      // A new workspace may not know its tables yet.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: 'Value'
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]
